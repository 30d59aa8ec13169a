/** The page of an action in docs/actions, made from what the action is made of, so that it can't say anything else. */
import { z } from 'zod';
import { type AbortCriterion, type ActionType, type Criterion, remediationPlanSpec } from '../../crds/remediationPlan.ts';
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

export function actionPage({ type, summary, bounds, cures, inverse, soakSeconds }: CatalogueEntry, criteria: PageCriteria): string {
  return [
    '<!-- Generated from src/remediate/catalogue; do not edit. -->',
    `# ${type}`,
    summary,
    '## Parameters',
    parameterTable(type),
    '## Bounds',
    list(bounds),
    '## What has to have been found',
    `One of: ${cures.map((cure) => `\`${cure}\``).join(', ')}.`,
    '## How it is carried out',
    'The edit is made in Git, below the path that the owner of the workload renders, and rendered before and after; exactly the intended fields may differ. The result is tried against the API server without being stored, and delivered as one commit.',
    '## When it counts as having helped',
    list(criteria.success.map((name) => `\`${name}\`: ${SUCCESS[name]}`)),
    `All of these have to hold for ${soakSeconds} s, unless a policy says otherwise.`,
    '## When it is taken back at once',
    list(criteria.abort.map((name) => `\`${name}\`: ${ABORT[name]}`)),
    '## What takes it back',
    inverse,
    '',
  ]
    .join('\n\n')
    .replace(/(?<!\n)\n+$/u, '\n');
}

const SUCCESS = {
  RolloutComplete: 'every replica has the change and is available, and no old one is left.',
  NoContainerRestarts: 'the pods that have the change run, and none of their containers crashes.',
  AlertResolved: 'the alerts of the Incident fire no more, by their source’s own word.',
  FindingsCleared: 'an Investigation of the target finds neither the cause nor anything else.',
} as const satisfies Record<Criterion['type'], string>;

const ABORT = {
  ContainerRestarts: 'a container of the pods that have the change has crashed as often as the threshold says.',
  RolloutDeadlineExceeded: 'the rollout makes no progress within its own deadline.',
  ReadyReplicasBelow: 'fewer replicas are ready than the threshold says.',
} as const satisfies Record<AbortCriterion['type'], string>;

function parameterTable(type: ActionType): string {
  const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
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
