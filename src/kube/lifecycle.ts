/**
 * The order in which a process starts and stops.
 *
 * Start: servers (so that health is answered from the beginning), caches, workers, election, and what only a leader does.
 * Stop: no new work is taken up; what is in work gets `drainMs` to end, then its signals abort; the lease is released; caches,
 * event writes, servers and at last the sockets are closed. Leadership lasts through the drain, so that an effect in work can be recorded.
 */
import type { Clock } from '../clock.ts';
import type { Informer } from './cache/informer.ts';
import { untilAborted } from './deadline.ts';
import type { Election } from './lease.ts';
import type { Logger } from './logger.ts';
import type { KubeObject } from './object.ts';
import { endsWithin, type Runnable, type RunningGroup, startGroup } from './runnables.ts';
import type { RunningController } from './work/runController.ts';

export interface NamedController {
  readonly name: string;
  readonly needsLeader: boolean;
  readonly running: RunningController;
}

export interface LifecycleParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly drainMs: number;
  readonly informers: readonly Informer<KubeObject>[];
  readonly controllers: readonly NamedController[];
  readonly runnables: readonly Runnable[];
  readonly election: Election | undefined;
  readonly onStopping: () => void;
  readonly closeEvents: () => Promise<void>;
  readonly closeClient: () => Promise<void>;
}

/** Handlers get 5 s between their signal and being abandoned. */
const KILL_MS = 6000;
const RELEASE_MS = 10_000;
const CLOSE_MS = 3000;

/** One for each thing that is stopped at its own time. */
interface Signals {
  /** No new work. */
  readonly intake: AbortController;
  /** End what is in work. */
  readonly kill: AbortController;
  readonly election: AbortController;
  readonly caches: AbortController;
  readonly servers: AbortController;
}

/** What was started, to be waited for. */
interface Started {
  servers?: RunningGroup;
  caches?: Promise<unknown>;
  work?: Promise<unknown>;
  election?: Promise<void>;
}

export async function runLifecycle(parts: LifecycleParts, signal: AbortSignal): Promise<void> {
  const signals: Signals = {
    intake: new AbortController(),
    kill: new AbortController(),
    election: new AbortController(),
    caches: new AbortController(),
    servers: new AbortController(),
  };
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    parts.logger.error({ err: error }, 'stopping because a part failed');
    signals.intake.abort(error);
  };
  const onStop = (): void => signals.intake.abort(signal.reason);
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  const started: Started = {};
  try {
    await start(parts, signals, started, fail);
    await untilAborted(new Promise<never>(() => undefined), signals.intake.signal);
  } catch (error) {
    if (!signals.intake.signal.aborted) fail(error instanceof Error ? error : new Error(String(error)));
  }
  signal.removeEventListener('abort', onStop);
  await stop(parts, signals, started);
  if (failure !== undefined) throw failure;
}

async function start(parts: LifecycleParts, signals: Signals, started: Started, fail: (error: Error) => void): Promise<void> {
  const { informers, runnables, controllers, election, logger } = parts;
  const intake = signals.intake.signal;
  const of = (group: Runnable['group']): readonly Runnable[] => runnables.filter((runnable) => runnable.group === group);

  started.servers = startGroup(of('server'), signals.servers.signal, fail);
  await untilAborted(started.servers.ready, intake);
  started.caches = Promise.all(informers.map((informer) => informer.run(signals.caches.signal)));
  await Promise.all(informers.map((informer) => informer.whenSynced(intake)));
  logger.info({ caches: informers.length }, 'caches are in');

  const everywhere = { controllers: controllers.filter(({ needsLeader }) => !needsLeader), runnables: of('worker'), fail };
  const led = { controllers: controllers.filter(({ needsLeader }) => needsLeader), runnables: of('leader'), fail };
  const work = runTerm(everywhere, intake, signals.kill.signal);
  const lead = (lost: AbortSignal): Promise<boolean> => leadTerm(parts, led, signals, lost);
  if (election === undefined) {
    started.work = Promise.all([work, lead(new AbortController().signal)]);
    return;
  }
  let leading = Promise.resolve(true);
  started.election = election.run(signals.election.signal, (lost) => (leading = lead(lost)));
  // Which term is the last one is known only when the intake has ended.
  started.work = Promise.all([work, once(intake).then(async () => await leading)]);
}

/** What runs in one term: of this process, or as its leader. */
interface Crew {
  readonly controllers: readonly NamedController[];
  readonly runnables: readonly Runnable[];
  readonly fail: (error: Error) => void;
}

/** Gives the keys whose handlers never came back. */
async function runTerm({ controllers, runnables, fail }: Crew, intake: AbortSignal, kill: AbortSignal): Promise<readonly string[]> {
  const group = startGroup(runnables, intake, fail);
  const abandoned = await Promise.all(
    controllers.map(async ({ name, running }) => (await running.run(intake, kill)).map((key) => `${name} ${key}`)),
  );
  await group.ended;
  return abandoned.flat();
}

/** What a leader does, until it is told to stop or is the leader no more. True if nothing of it still runs. */
async function leadTerm({ clock, drainMs }: LifecycleParts, crew: Crew, { intake, kill }: Signals, lost: AbortSignal): Promise<boolean> {
  const ended = runTerm(crew, AbortSignal.any([intake.signal, lost]), AbortSignal.any([kill.signal, lost]));
  await Promise.race([ended, once(lost)]);
  const inTime = lost.aborted ? await endsWithin(clock, drainMs, ended) : true;
  const abandoned = inTime ? await ended : ['a part that did not end'];
  if (abandoned.length === 0) return true;
  // Another process may lead now: nothing of this term may still run beside the next.
  if (lost.aborted) crew.fail(new Error(`the leadership is lost, and still at work: ${abandoned.join(', ')}`));
  return false;
}

async function stop(
  { clock, logger, drainMs, onStopping, closeEvents, closeClient }: LifecycleParts,
  signals: Signals,
  started: Started,
): Promise<void> {
  logger.info({}, 'stopping');
  onStopping();
  const within = async (ms: number, what: string, ended: Promise<unknown> | undefined): Promise<boolean> => {
    const inTime = ended === undefined || (await endsWithin(clock, ms, ended));
    if (!inTime) logger.warn({ ms }, `${what} did not end in time`);
    return inTime;
  };
  const drained = await within(drainMs, 'work', started.work);
  signals.kill.abort(new Error('stopped'));
  if (!drained) await within(KILL_MS, 'aborted work', started.work);
  signals.election.abort(new Error('stopped'));
  await within(RELEASE_MS, 'the election', started.election);
  signals.caches.abort(new Error('stopped'));
  await within(CLOSE_MS, 'caches', started.caches);
  await within(CLOSE_MS, 'event writes', closeEvents());
  signals.servers.abort(new Error('stopped'));
  await within(CLOSE_MS, 'servers', started.servers?.ended);
  await within(CLOSE_MS, 'the connection to the API server', closeClient());
  logger.info({}, 'stopped');
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
