import type { KubeObject } from './object.ts';

/** What an event is about. */
export type Regarding = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid'>;
};

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** Why, in UpperCamelCase: `ImagePullFailed`. */
  readonly reason: string;
  /** What was done or attempted, in UpperCamelCase: `Investigate`. */
  readonly action: string;
  /** For people; cut at 1 KiB. */
  readonly note: string;
  readonly related?: Regarding | undefined;
}

export interface EventRecorder {
  /** Never throws and never waits; under overload events are dropped and counted. */
  record(regarding: Regarding, event: EventNote): void;
}
