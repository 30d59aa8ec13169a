/**
 * The stop switch as the executor sees it: asked for before each effect, and looked at every second while one is under way.
 *
 * An effect's signal aborts within 5 s of the switch being set. What could not be read for that long counts as set: nothing begins, and what is
 * in flight is aborted. All time is monotonic, and counts from before the request that read it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Cancel, Clock } from '../clock.ts';
import { configMaps } from '../crds/configMaps.ts';
import { STOP_SWITCH } from '../crds/stopSwitch.ts';
import { readStopSwitch, type StopState, stopText } from '../domain/stopSwitch.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';

export type SwitchSeen = StopState | { readonly kind: 'unknown'; readonly why: string };

export interface StopSwitch {
  /** As the API server says now, or as it said a moment ago if it does not answer. */
  readonly look: (signal: AbortSignal) => Promise<SwitchSeen>;
  /** Aborts when effects may go on no longer. To be asked for after a look that says `running`. */
  readonly signal: () => AbortSignal;
  /** Looks every second until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface StopSwitchDeps {
  readonly client: Pick<KubeClient, 'get'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The operator's own. */
  readonly namespace: string;
  /** Told of each turn of the switch that is seen while it runs, and of what it finds first; again, if it throws. */
  readonly onTurn?: (now: StopState, before: StopState | undefined) => Promise<void>;
}

const LOOK_EVERY_MS = 1_000;
const LOOK_TIMEOUT_MS = 1_500;
/** What was seen longer ago says nothing. With the time that an abort takes it stays within 5 s. */
const STALE_MS = 4_000;

export function createStopSwitch({ client, clock, logger, namespace, onTurn = () => Promise.resolve() }: StopSwitchDeps): StopSwitch {
  let seen: { readonly state: StopState; readonly at: number } | undefined;
  let failure = 'it has not been read yet';
  let brake = new AbortController();
  let forget: Cancel = () => undefined;

  const state = (): SwitchSeen =>
    seen !== undefined && clock.monotonic() - seen.at < STALE_MS ? seen.state : { kind: 'unknown', why: failure };
  const settle = (): void => {
    const now = state();
    if (now.kind === 'running') {
      if (brake.signal.aborted) brake = new AbortController();
      return;
    }
    if (brake.signal.aborted) return;
    const why = now.kind === 'stopped' ? stopText(now) : `the stop switch can't be read: ${now.why}`;
    logger.warn({ why }, 'no effect begins, and what is in flight is aborted');
    brake.abort(new Error(why));
  };
  const read = async (signal: AbortSignal): Promise<void> => {
    const at = clock.monotonic();
    try {
      const map = await client.get(configMaps, { namespace, name: STOP_SWITCH }, { signal, timeoutMs: LOOK_TIMEOUT_MS });
      if (seen !== undefined && seen.at > at) return;
      seen = { state: readStopSwitch(map), at };
      forget();
      // A timer may be a little early; then it would find that nothing is stale yet.
      forget = clock.setTimeout(settle, Math.max(0, at + STALE_MS - clock.monotonic()) + 10);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    settle();
  };
  return {
    look: async (signal) => {
      await read(signal);
      return state();
    },
    signal: () => brake.signal,
    run: async (signal) => {
      let told: StopState | undefined;
      while (!signal.aborted) {
        await read(signal);
        const now = seen?.state;
        if (now !== undefined && !isDeepStrictEqual(now, told)) {
          // Looking goes on meanwhile.
          const before = told;
          told = now;
          void onTurn(now, before).catch(() => {
            if (told === now) told = before;
          });
        }
        await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      }
      forget();
    },
  };
}
