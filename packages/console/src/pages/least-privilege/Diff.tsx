import type { AdviceProposal } from '@holdfast/contract';

interface Lines {
  readonly gone: readonly string[];
  readonly kept: readonly string[];
}

function linesOf(proposal: AdviceProposal): Lines {
  switch (proposal.kind) {
    case 'token':
      return { gone: proposal.from.filter((each) => !proposal.to.includes(each)), kept: proposal.to };
    case 'role':
      return { gone: [proposal.from], kept: [proposal.to ?? 'no role: applications only'] };
    case 'policy':
      return { gone: [proposal.from], kept: proposal.to === null ? [] : [proposal.to] };
  }
}

/** What goes and what stays, each line told by a sign and a word, not by colour alone. */
export function Diff({ proposal }: { readonly proposal: AdviceProposal }) {
  const { gone, kept } = linesOf(proposal);
  return (
    <div className="ms-6.5 overflow-x-auto rounded bg-raised px-3 py-2 font-mono text-[0.8125rem]">
      {gone.map((line) => (
        <pre key={line} className="whitespace-pre-wrap text-stop">
          <span aria-hidden="true">− </span>
          <span className="sr-only">goes: </span>
          {line}
        </pre>
      ))}
      {kept.map((line) => (
        <pre key={line} className="whitespace-pre-wrap text-ok">
          <span aria-hidden="true">+ </span>
          <span className="sr-only">stays: </span>
          {line}
        </pre>
      ))}
    </div>
  );
}
