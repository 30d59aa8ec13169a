/**
 * Whether arguments fit a tool's input schema. The schema is the server's and untrusted: it is interpreted, never compiled to code, and its
 * regular expressions are left out (the server checks them itself), as one could be made to take for ever.
 */
import type { JsonSchemaType } from '@modelcontextprotocol/client';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';

const LARGEST_ARGUMENTS = 16 * 1024;
const MOST_NODES = 5_000;
const MOST_DEPTH = 32;

/** What is wrong with them; undefined: they fit. */
export function argumentProblem(schema: Readonly<Record<string, unknown>>, given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'they are no object';
  const text = JSON.stringify(given);
  if (text.length > LARGEST_ARGUMENTS) return `they are larger than ${LARGEST_ARGUMENTS} characters`;
  const budget = { nodes: MOST_NODES };
  const safe = withoutPatterns(schema, 0, budget);
  if (budget.nodes <= 0) return 'the tool’s schema is too large to be checked against';
  try {
    const answer = new CfWorkerJsonSchemaValidator().getValidator(safe as JsonSchemaType)(JSON.parse(text));
    return answer.valid ? undefined : answer.errorMessage.slice(0, 300);
  } catch {
    return 'the tool’s schema cannot be used';
  }
}

/** A copy without `pattern` and its like; a property of that name, which is an object, stays. References are not followed. */
function withoutPatterns(value: unknown, depth: number, budget: { nodes: number }): unknown {
  budget.nodes -= 1;
  if (budget.nodes <= 0 || depth > MOST_DEPTH) {
    budget.nodes = 0;
    return true;
  }
  if (Array.isArray(value)) return value.map((each) => withoutPatterns(each, depth + 1, budget));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, member]) => !isPattern(key, member));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutPatterns(member, depth + 1, budget)]));
}

function isPattern(key: string, member: unknown): boolean {
  if (key === 'patternProperties') return true;
  if (key === '$ref' || key === '$dynamicRef') return typeof member === 'string' && !member.startsWith('#');
  return (key === 'pattern' || key === 'format') && typeof member === 'string';
}
