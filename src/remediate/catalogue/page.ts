/** The page of an action in docs/actions, made from what the action is made of, so that it can't say anything else. */
import { z } from 'zod';
import { ACTIONS, type ActionType, structOf } from '../../crds/actions/actions.ts';
import { type AbortCriterion, type Criterion, remediationPlanSpec } from '../../crds/remediationPlan.ts';
import type { CatalogueEntry } from './types.ts';

const parameterSchema = z.object({
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const structSchema = z.object({ properties: z.record(z.string(), parameterSchema), required: z.array(z.string()).optional() });
const planSchema = z.object({
  properties: z.object({ actions: z.object({ items: z.object({ properties: z.record(z.string(), z.unknown()) }) }) }),
});

export interface PageCriteria {
  readonly success: readonly Criterion['type'][];
  readonly abort: readonly AbortCriterion['type'][];
}

export function actionPage(entry: CatalogueEntry, criteria: PageCriteria): string {
  const { type, about, bounds, cures, inverse, soakSeconds } = entry;
  return [
    '<!-- Generated from src/remediate/catalogue; do not edit. -->',
    `# ${type}`,
    ACTIONS[type].summary,
    `It is about: ${about.resources.map(({ kind }) => kind).join(', ')}.`,
    '## Parameters',
    parameterTable(type),
    '## Bounds',
    list(bounds),
    '## What has to have been found',
    `One of: ${cures.map((cure) => `\`${cure}\``).join(', ')}.`,
    '## How it is carried out',
    carriedOut(entry),
    '## When it counts as having helped',
    list(criteria.success.map((name) => `\`${name}\`: ${SUCCESS[name]}`)),
    criteria.success.includes('FindingsCleared')
      ? 'Beside these, what the diagnosis rested on and what can be measured: see [how a fix is verified](../verification.md).'
      : 'Nothing else is asked of it.',
    `All of these have to hold for ${soakSeconds} s, unless a policy says otherwise.`,
    '## When it is taken back at once',
    criteria.abort.length === 0
      ? 'Nothing is watched beside the criteria above.'
      : list(criteria.abort.map((name) => `\`${name}\`: ${ABORT[name]}`)),
    '## What takes it back',
    inverse,
    '',
  ]
    .join('\n\n')
    .replace(/(?<!\n)\n+$/u, '\n');
}

function carriedOut(entry: CatalogueEntry): string {
  const inGit =
    'The edit is made in Git, below the path that the owner of its target renders, and rendered before and after; exactly the intended fields may differ. The result is tried against the API server without being stored, and delivered as one commit (strategy `Commit`).';
  const directly =
    'One change of one live object, through the API server, with the uid and resource version that were looked at (strategy `Direct`, one action a plan). It is tried without being stored, announced in the plan’s status, made once, and looked for after a crash. Admission lets the executor change just these fields.';
  if (entry.direct === undefined) return inGit;
  return entry.write === undefined
    ? directly
    : `${inGit}\n\nWhere no GitOps engine applies the target: ${directly.charAt(0).toLowerCase()}${directly.slice(1)}`;
}

const SUCCESS = {
  RolloutComplete: 'every replica has the change and is available, and no old one is left.',
  NoContainerRestarts: 'the pods that have the change run, and none of their containers crashes.',
  EndpointsReady: 'the Service has at least one endpoint that is ready.',
  EffectInPlace: 'what was done is there, and stays.',
  AlertResolved: 'the alerts of the Incident fire no more, by their source’s own word.',
  FindingsCleared: 'an Investigation of the target finds neither the cause nor anything else.',
  SignalWithin: 'what is measured of the workload is back where it was before the trouble.',
  BurnRateWithin: 'the error budget does not burn too fast.',
  QueryWithin: 'an administrator’s own query stays on the right side of its level.',
  LogTemplateGone: 'the pods do not log the error any more that they logged before.',
  NeighboursUnharmed: 'nothing around the workload is worse than it was before the fix.',
} as const satisfies Record<Criterion['type'], string>;

const ABORT = {
  ContainerRestarts: 'a container of the pods that have the change has crashed as often as the threshold says.',
  RolloutDeadlineExceeded: 'the rollout makes no progress within its own deadline.',
  ReadyReplicasBelow: 'fewer replicas are ready than the threshold says.',
  SignalWorsened: 'errors or latency are clearly worse than in the hour before the push.',
} as const satisfies Record<AbortCriterion['type'], string>;

function parameterTable(type: ActionType): string {
  const name = structOf(type);
  if (name === undefined) return 'None: the target says it all.';
  const { actions } = planSchema.parse(z.toJSONSchema(remediationPlanSpec, { io: 'input' })).properties;
  const struct = structSchema.parse(actions.items.properties[name]);
  const rows = Object.entries(struct.properties).map(([parameter, { description = '', minimum, maximum }]) => {
    const needed = struct.required?.includes(parameter) === true ? 'yes' : 'no';
    const range = minimum === undefined || maximum === undefined || maximum > 2 ** 31 ? '' : `${minimum} to ${maximum}`;
    return `| \`${name}.${parameter}\` | ${needed} | ${range} | ${description} |`;
  });
  return ['| Parameter | Required | Range | |', '|---|---|---|---|', ...rows].join('\n');
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
