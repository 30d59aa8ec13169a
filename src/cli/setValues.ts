/** `--set name=value`: other values for the parameters of an action, each held to what the action takes. */
import { ACTIONS, structOf } from '../crds/actions/actions.ts';
import type { Action, TakenInstead } from '../crds/remediationPlan.ts';
import { CliError } from './find.ts';

export function withValues(take: TakenInstead, set: readonly string[]): TakenInstead {
  return set.reduce(withValue, take);
}

function withValue(take: TakenInstead, text: string): TakenInstead {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0) throw new CliError(`--set takes name=value, and "${text}" is not that`);
  const { type } = take.action;
  const field = structOf(type) as keyof Action | undefined;
  const shape = ACTIONS[type].parameters?.shape ?? {};
  const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
  if (field === undefined || schema === undefined) {
    const names = Object.keys(shape);
    throw new CliError(`${type} takes ${names.length === 0 ? 'no parameters' : `the parameters ${names.join(', ')}`}, and not ${name}`);
  }
  const readings = [value, /^-?\d+$/u.test(value) ? Number(value) : undefined, { true: true, false: false }[value]].filter(
    (one) => one !== undefined,
  );
  const results = readings.map((reading) => schema.safeParse(reading));
  const fitting = results.find(({ success }) => success);
  if (fitting === undefined) {
    const complaint = results.at(-1)?.error?.issues[0]?.message ?? 'it is nothing that it takes';
    throw new CliError(`${name}=${value} is out of the bounds of ${type}: ${complaint}`);
  }
  const parameters = take.action[field] as Readonly<Record<string, unknown>> | undefined;
  return { ...take, action: { ...take.action, [field]: { ...parameters, [name]: fitting.data } } };
}
