/** `--set name=value`: other values for the parameters of an action, each held to what the action takes. */
import type { TakenInstead } from '../crds/remediationPlan.ts';
import { withParameters } from '../domain/choice.ts';
import { CliError } from './find.ts';

/** Throws a CliError for what is no assignment, and a ChoiceError for what the action does not take. */
export function withValues(take: TakenInstead, set: readonly string[]): TakenInstead {
  return { ...take, action: withParameters(take.action, Object.fromEntries(set.map(assignment))) };
}

/** A value as it is read: a text first, then a number, then yes or no. */
function assignment(text: string): readonly [name: string, readings: readonly unknown[]] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0) throw new CliError(`--set takes name=value, and "${text}" is not that`);
  const readings = [value, /^-?\d+$/u.test(value) ? Number(value) : undefined, { true: true, false: false }[value]];
  return [name, readings.filter((one) => one !== undefined)];
}
