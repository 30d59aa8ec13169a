/** The closed list of actions: nothing else can be said in a plan. Adding one is adding a file here, a file in `src/remediate/catalogue`, and a line in each list. */
import type { z } from 'zod';
import { type Rule, structNamedByType } from '../rules.ts';
import { adjustAutoscaler } from './adjustAutoscaler.ts';
import { cordonNode } from './cordonNode.ts';
import type { ActionDefinition } from './define.ts';
import { deletePod } from './deletePod.ts';
import { expandVolume } from './expandVolume.ts';
import { fixConfigReference } from './fixConfigReference.ts';
import { fixProbe } from './fixProbe.ts';
import { fixServicePort } from './fixServicePort.ts';
import { fixServiceSelector } from './fixServiceSelector.ts';
import { renewCertificate } from './renewCertificate.ts';
import { restartWorkload } from './restartWorkload.ts';
import { resumeSync } from './resumeSync.ts';
import { revertCommit } from './revertCommit.ts';
import { rollbackWorkload } from './rollbackWorkload.ts';
import { scaleWorkload } from './scaleWorkload.ts';
import { setConfigValue } from './setConfigValue.ts';
import { setImage } from './setImage.ts';
import { setResources } from './setResources.ts';
import { suspendSync } from './suspendSync.ts';
import { uncordonNode } from './uncordonNode.ts';

const definitions = {
  RevertCommit: revertCommit,
  SetImage: setImage,
  SetResources: setResources,
  FixProbe: fixProbe,
  FixServicePort: fixServicePort,
  FixServiceSelector: fixServiceSelector,
  FixConfigReference: fixConfigReference,
  ScaleWorkload: scaleWorkload,
  AdjustAutoscaler: adjustAutoscaler,
  RollbackWorkload: rollbackWorkload,
  SetConfigValue: setConfigValue,
  RestartWorkload: restartWorkload,
  DeletePod: deletePod,
  CordonNode: cordonNode,
  UncordonNode: uncordonNode,
  SuspendSync: suspendSync,
  ResumeSync: resumeSync,
  RenewCertificate: renewCertificate,
  ExpandVolume: expandVolume,
} as const;

type Definitions = typeof definitions;
export type ActionType = keyof Definitions;
export const ACTION_TYPES = Object.keys(definitions) as [ActionType, ...ActionType[]];
export const ACTIONS: Readonly<Record<ActionType, ActionDefinition>> = definitions;

/** The field of an action that holds the parameters of a type: `SetImage` has `setImage`. */
export function structOf(type: ActionType): string | undefined {
  return ACTIONS[type].parameters === undefined ? undefined : `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
}

type Structs = {
  readonly [T in ActionType as Definitions[T] extends { readonly parameters: z.ZodObject } ? Uncapitalize<T> : never]: z.ZodOptional<
    Definitions[T] extends { readonly parameters: infer P extends z.ZodObject } ? P : never
  >;
};

const withParameters = ACTION_TYPES.flatMap((type) => {
  const [field, { parameters, summary }] = [structOf(type), ACTIONS[type]];
  return field === undefined || parameters === undefined ? [] : [{ type, field, schema: parameters.optional().describe(summary) }];
});

/** One optional struct for each action that has parameters. */
export const actionStructs = Object.fromEntries(withParameters.map(({ field, schema }) => [field, schema])) as unknown as Structs;

export const actionStructRules: readonly Rule[] = structNamedByType(
  Object.fromEntries(withParameters.map(({ type, field }) => [type, field])),
);
