import { linearRegex } from '@holdfast/sigma';
import { constantOf, holdsOrder, isEqual, orderOf } from './compare.ts';
import { PatternFault } from './fault.ts';
import { likeOf } from './like.ts';
import { isSubset, networkOf } from './network.ts';
import type { PropertyTest, TextTest } from './tree.ts';

/** What is asked of one value. */
export type Predicate = (value: unknown) => boolean;

/** A test made ready. Throws {@link PatternFault} for an expression or a network that cannot be used. */
export function predicateOf(test: Exclude<PropertyTest, { kind: 'exists' }>): Predicate {
  const { isNegated } = test;
  if (test.kind === 'in') {
    const set = test.set.map((literal) => constantOf(literal));
    return (value) => set.some((constant) => isEqual(value, constant)) !== isNegated;
  }
  if (test.kind === 'text') {
    const holds = textTest(test.operator, test.to);
    return (value) => holds(value) !== isNegated;
  }
  const constant = constantOf(test.to);
  const { operator } = test;
  const isOrder = operator !== '=' && operator !== '!=';
  return (value) => {
    const order = orderOf(value, constant);
    // §9.6: values of different types have no order, turned round or not; that they differ is true.
    if (order === 'alien') return isOrder ? false : (operator === '!=') !== isNegated;
    if (order === 'unequal') return (operator === '!=') !== isNegated;
    return holdsOrder(operator, order) !== isNegated;
  };
}

function textTest(operator: TextTest, to: string): Predicate {
  switch (operator) {
    case 'LIKE': {
      const like = likeOf(to);
      return (value) => (typeof value === 'string' ? like(value) : Buffer.isBuffer(value) && like(value.toString('utf8')));
    }
    case 'MATCHES':
      return matches(to);
    case 'ISSUBSET':
    case 'ISSUPERSET':
      break;
  }
  const network = networkOf(to);
  if (network === null) throw new PatternFault('rule', -1, `${operator} takes an address or a network`);
  return (value) => {
    const other = typeof value === 'string' ? networkOf(value) : null;
    if (other === null) return false;
    return operator === 'ISSUBSET' ? isSubset(other, network) : isSubset(network, other);
  };
}

/** §9.6: found anywhere, `.` is any character; of binaries every byte is a character. */
function matches(source: string): Predicate {
  const normal = source.normalize('NFC');
  const regex = linearRegex(normal, { s: true });
  if (!regex.isUsable) throw new PatternFault(regex.fault === 'invalid' ? 'rule' : 'unsupported', -1, `MATCHES: ${regex.why}`);
  const isBinary = Array.from(normal).every((char) => char <= '\u00ff');
  return (value) => {
    if (typeof value === 'string') return regex.test(value.normalize('NFC'));
    return isBinary && Buffer.isBuffer(value) && regex.test(value.toString('latin1'));
  };
}
