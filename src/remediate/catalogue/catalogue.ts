/** The closed catalogue: nothing else can be expressed in a plan, and nothing else is carried out. */
import type { ActionType } from '../../crds/remediationPlan.ts';
import { revertCommit } from './revertCommit.ts';
import { setImage } from './setImage.ts';
import { setResources } from './setResources.ts';
import type { CatalogueEntry } from './types.ts';

export const catalogue: Readonly<Record<ActionType, CatalogueEntry>> = {
  RevertCommit: revertCommit,
  SetImage: setImage,
  SetResources: setResources,
};
