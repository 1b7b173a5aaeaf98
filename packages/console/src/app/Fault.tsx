import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { sayProblem } from '../api/words.ts';
import { Button } from '../ui/Button.tsx';
import { PageHead } from '../ui/PageHead.tsx';
import { Panel } from '../ui/Panel.tsx';

/** Instead of a page that could not be shown: what happened, and the way on. */
export function Fault({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { title, text } = sayProblem(error);
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="mx-auto w-full max-w-2xl p-4">
      <PageHead title={title} />
      <Panel>
        <p role="alert" className="mb-4">
          {text}
        </p>
        <Button look="main" onClick={again}>
          Try again
        </Button>
      </Panel>
    </main>
  );
}
