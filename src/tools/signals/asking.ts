/**
 * Asks all instances of a kind of source side by side, for a query that somebody wrote: what they answer, and what those said that did not.
 *
 * One that answers is enough for an answer; the others are notes on it. Where none does, the failure is the caller's to hear.
 */
import { gapReason, refusalIn, SourceError } from '../../sources/gap.ts';
import { refusalText } from '../../sources/prometheusAnswers.ts';
import { createCleaner } from '../../sources/text.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';
import type { SignalsDeps } from './deps.ts';

interface Named {
  readonly name: string;
}

export interface Answered<Port, T> {
  readonly port: Port;
  readonly answer: T;
}

export interface AskedAll<Port, T> {
  readonly answers: readonly Answered<Port, T>[];
  /** Why the answer may not be all. */
  readonly notes: readonly string[];
}

export interface AskingOptions {
  /** As in `source of metrics`, and where it is configured. */
  readonly kind: string;
  readonly setting: string;
  /** Only the instance of this name. */
  readonly source: string | undefined;
  /** What to do where there is too much. */
  readonly narrower: string;
}

export function chosen<Port extends Named>(
  ports: readonly Port[],
  { kind, setting, source }: Omit<AskingOptions, 'narrower'>,
): readonly Port[] {
  if (ports.length === 0)
    throw new ToolError('NotConfigured', `No ${kind} is configured here; an administrator can name one in ${setting}.`);
  const found = source === undefined ? ports : ports.filter(({ name }) => name === source);
  if (found.length > 0) return found;
  const problem = `there is no source ${JSON.stringify(source)}; there is ${ports.map(({ name }) => name).join(', ')}`;
  throw new ToolError('Invalid', `source: ${problem}`, { problems: [{ field: 'source', problem }] });
}

export async function askAll<Port extends Named, T>(
  ports: readonly Port[],
  options: AskingOptions,
  { redactor, call }: { readonly redactor: SignalsDeps['redactor']; readonly call: Pick<Call, 'signal'> },
  ask: (port: Port) => Promise<T>,
): Promise<AskedAll<Port, T>> {
  const asked = chosen(ports, options);
  const outcomes = await Promise.allSettled(asked.map(async (port) => ({ port, answer: await ask(port) })));
  call.signal.throwIfAborted();
  const answers = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const troubles = outcomes.flatMap((one, index) =>
    one.status === 'rejected' ? [inWords(one.reason, asked[index]?.name ?? '', options, redactor)] : [],
  );
  const [first] = troubles;
  if (answers.length === 0 && first !== undefined) throw first;
  return { answers, notes: troubles.map(({ message }) => message) };
}

const LONGEST_REFUSAL = 300;

function inWords(error: unknown, name: string, { kind, narrower }: AskingOptions, redactor: SignalsDeps['redactor']): ToolError {
  if (error instanceof ToolError) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    const said = createCleaner(redactor.text).line(refusalText(refusal), LONGEST_REFUSAL);
    return new ToolError('Invalid', `query: ${name} does not take it: ${said}`, {
      cause: error,
      problems: [{ field: 'query', problem: said }],
    });
  }
  if (gapReason(error) === 'TooLarge') {
    const said = error instanceof SourceError ? error.message : `${name}: the answer is too large`;
    return new ToolError('TooLarge', `${said}; ${narrower}`, { cause: error });
  }
  return troubleOf(`ask the ${kind}`, error);
}

/** For what may be in one instance and not in another: that it is not there is no failure. */
export async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (gapReason(error) === 'NotFound') return undefined;
    throw error;
  }
}
