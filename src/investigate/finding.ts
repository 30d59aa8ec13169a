/** What an analyzer says: a reason, the object, a sentence, and the evidence that it rests on. */

import type { ActionType } from '../crds/actions/actions.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { FindingReason } from '../crds/reasons.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { FieldPattern } from './fields.ts';

export interface Finding {
  readonly analyzer: string;
  readonly reason: FindingReason;
  /** The workload, with the container that is meant; a Node where the node is to blame. */
  readonly object: ObjectRef;
  /** Complete sentences for people. */
  readonly message: string;
  /** Actions that could cure it, best first, as far as the analyzer alone can tell. */
  readonly cures: readonly ActionType[];
  /** Keys of evidence. */
  readonly evidence: readonly string[];
  /** Names of the pods in which it was seen. */
  readonly pods: readonly string[];
  /** When it was first seen, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Told from what is declared rather than from what was seen to happen. */
  readonly indirect?: boolean | undefined;
  /** What it points at: a deeper finding about one of these explains it. */
  readonly blames?: readonly ObjectRef[] | undefined;
  /** Tells findings of one reason and object apart, as the name of what is missing does. */
  readonly detail?: string | undefined;
  readonly touchedBy: Interest;
}

/** Fields whose change could have brought a finding about. */
export interface Interest {
  /** What the finding is about. */
  readonly direct: readonly FieldPattern[];
  /** What may have led to it. */
  readonly plausible: readonly FieldPattern[];
}

export interface Analyzer {
  readonly name: string;
  /** Pure: everything that it knows is in the snapshot. */
  readonly find: (snapshot: Snapshot) => Iterable<Finding>;
}
