/** The closed catalogue: nothing else can be expressed in a plan, and nothing else is carried out. */
import type { ActionType } from '../../crds/actions/actions.ts';
import { adjustAutoscaler } from './adjustAutoscaler.ts';
import { cordonNode, uncordonNode } from './cordonNode.ts';
import { deletePod } from './deletePod.ts';
import { expandVolume } from './expandVolume.ts';
import { fixConfigReference } from './fixConfigReference.ts';
import { fixProbe } from './fixProbe.ts';
import { fixServicePort } from './fixServicePort.ts';
import { fixServiceSelector } from './fixServiceSelector.ts';
import { renewCertificate } from './renewCertificate.ts';
import { restartWorkload } from './restartWorkload.ts';
import { revertCommit } from './revertCommit.ts';
import { rollbackWorkload } from './rollbackWorkload.ts';
import { scaleWorkload } from './scaleWorkload.ts';
import { setConfigValue } from './setConfigValue.ts';
import { setImage } from './setImage.ts';
import { setResources } from './setResources.ts';
import { resumeSync, suspendSync } from './suspendSync.ts';
import type { CatalogueEntry } from './types.ts';

export const catalogue: Readonly<Record<ActionType, CatalogueEntry>> = {
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
};
