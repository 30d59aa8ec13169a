/**
 * What callers send, by the names that a tool or the chat has for it: callers exist that write `service_name`, `serviceName` or `service`, and
 * `message`, `question` or `query`, and mean the same.
 *
 * A name that it has itself always means that. What is wrong with a field is told by the name under which it was sent.
 */
import type { z } from 'zod';
import { ToolError } from '../../tools/errors.ts';
import type { Fields } from './fields.ts';

/** The first is one that may be asked for; the rest are what it goes by, the likeliest first. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['service', 'serviceName', 'workload', 'app'],
  ['message', 'question', 'query', 'prompt'],
  ['question', 'message', 'query', 'description', 'incident'],
  ['description', 'query', 'message', 'question', 'alert', 'text', 'summary'],
  ['query', 'promql', 'logql', 'traceql', 'expr', 'message', 'question'],
  ['logs', 'log', 'text', 'content'],
  ['pod', 'podName', 'name'],
  ['container', 'containerName'],
  ['lines', 'limit', 'tail', 'tailLines'],
  ['limit', 'lines', 'max', 'maxResults'],
  ['start', 'from', 'startTime'],
  ['end', 'to', 'endTime', 'until'],
  ['since', 'duration', 'range', 'window', 'timeRange'],
  ['duration', 'since', 'range', 'window', 'minDuration'],
  ['minDuration', 'duration'],
  ['window', 'duration', 'range', 'since'],
  ['traceId', 'id'],
];

export interface Named {
  readonly input: Fields;
  /** The caller's name of each of the tool's fields that came under another. */
  readonly sentAs: Readonly<Record<string, string>>;
}

/** @param schema of whom the fields are for */
export function namedFor(schema: z.ZodObject, sent: Fields): Named {
  const own = Object.keys(schema.shape);
  const byName = new Map(Object.entries(sent).filter(([, value]) => value !== undefined && value !== null));
  const foreign = [...byName.keys()].filter((name) => !own.includes(name));
  const taken = own.flatMap((field) => {
    if (byName.has(field)) return [{ field, name: field }];
    const name = synonymsOf(field)
      .map((synonym) => foreign.find((candidate) => plain(candidate) === plain(synonym)))
      .find((candidate) => candidate !== undefined);
    return name === undefined ? [] : [{ field, name }];
  });
  return {
    input: Object.fromEntries(taken.map(({ field, name }) => [field, byName.get(name)])),
    sentAs: Object.fromEntries(taken.filter(({ field, name }) => field !== name).map(({ field, name }) => [field, name])),
  };
}

/** As the caller wrote it. */
export function inCallersNames(error: ToolError, { sentAs }: Pick<Named, 'sentAs'>): ToolError {
  const problems = error.problems.map(({ field, problem }) => {
    const [first = '', ...rest] = field.split('.');
    return { field: [sentAs[first] ?? first, ...rest].join('.'), problem };
  });
  const isSame = problems.every(({ field }, index) => field === error.problems[index]?.field);
  if (isSame) return error;
  const message = problems.map(({ field, problem }) => (field === '' ? problem : `${field}: ${problem}`)).join('; ');
  return new ToolError(error.reason, message, { problems, cause: error });
}

function synonymsOf(field: string): readonly string[] {
  return [field, ...SYNONYMS.filter(([first]) => first === field).flatMap((group) => group.slice(1))];
}

/** `service_name`, `service-name` and `serviceName` are one. */
function plain(name: string): string {
  return name.replaceAll(/[_-]/gu, '').toLowerCase();
}
