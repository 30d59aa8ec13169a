/**
 * Runs the checks of a target one after the other, on one connection: DNS, TCP, then TLS and HTTP where the target speaks them.
 *
 * The first that fails ends the chain; what comes after it was not tried and has no result. Only targets that `hostsNamedBy` made
 * belong here. Each step has a time limit, each target counts against the budget, and what the budget refuses is a gap.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { CallBudget } from '../budget.ts';
import { gapOf } from '../gap.ts';
import type { Cleaner } from '../text.ts';
import { within } from '../within.ts';
import type { AddressPolicy } from './addresses.ts';
import { askHttp } from './ask.ts';
import type { Certificate, CheckResult, CheckTarget } from './check.ts';
import { failedConnection, openConnection } from './connect.ts';
import { shakeHands } from './handshake.ts';
import { failedResolution, type Resolver, resolveTarget } from './resolve.ts';

export interface CheckDeps {
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly resolver: Resolver;
  readonly policy: AddressPolicy;
  readonly budget: CallBudget;
  readonly cleaner: Cleaner;
  /** PEM certificates that are trusted besides the usual ones. */
  readonly authorities?: readonly string[] | undefined;
  /** Of each step. */
  readonly timeoutMs?: number | undefined;
}

export interface Checked {
  readonly results: readonly CheckResult[];
  readonly gaps: readonly Gap[];
}

const TIMEOUT_MS = 2_000;

export async function runChecks(deps: CheckDeps, targets: readonly CheckTarget[], signal?: AbortSignal): Promise<Checked> {
  const outcomes = await Promise.all(
    targets.map(async (target): Promise<Checked> => {
      try {
        const results = await deps.budget.spend(() => checkTarget(deps, target, signal));
        signal?.throwIfAborted();
        return { results, gaps: [] };
      } catch (error) {
        return { results: [], gaps: [gapOf('checks', `check ${target.host}:${target.port}`, error)] };
      }
    }),
  );
  return { results: outcomes.flatMap(({ results }) => results), gaps: outcomes.flatMap(({ gaps }) => gaps) };
}

async function checkTarget(deps: CheckDeps, target: CheckTarget, outer: AbortSignal | undefined): Promise<readonly CheckResult[]> {
  const { host, port } = target;
  const results: CheckResult[] = [];
  const say = (result: CheckResult): void => void results.push({ ...result, detail: deps.cleaner.line(result.detail) });

  const found = await step(deps, outer, () => resolveTarget(target, deps.resolver, deps.policy)).catch((error: unknown) =>
    failedResolution(host, expected(error, outer)),
  );
  const { allowed, ...resolution } = found;
  say({ check: 'dns', host, port, at: deps.clock.now(), ...resolution });
  const [address] = allowed;
  if (address === undefined) return results;

  const connection = await step(deps, outer, (signal) => openConnection(address, port, signal)).catch((error: unknown) =>
    failedConnection(expected(error, outer)),
  );
  const place = { host, port, address, at: deps.clock.now() };
  if (!isSocket(connection)) {
    say({ check: 'tcp', ...place, ...connection });
    return results;
  }
  try {
    say({ check: 'tcp', ...place, outcome: 'Open', detail: 'it takes connections' });
    for (const result of await speak(deps, target, connection, address, outer)) say(result);
  } finally {
    connection.destroy();
  }
  return results;
}

/** TLS and HTTP, as far as the target speaks them. */
async function speak(
  deps: CheckDeps,
  target: CheckTarget,
  connection: Socket,
  address: string,
  outer: AbortSignal | undefined,
): Promise<readonly CheckResult[]> {
  const { host, port, speech } = target;
  const results: CheckResult[] = [];
  let socket: Socket = connection;
  if (speech === 'tls' || speech === 'https') {
    const { authorities } = deps;
    const handshake = await step(deps, outer, (signal) => shakeHands(connection, { host, authorities, signal, now: deps.clock.now() }));
    const { socket: secured, ...told } = handshake;
    results.push({ check: 'tls', host, port, address, at: deps.clock.now(), ...cleaned(told, deps.cleaner) });
    if (secured === undefined) return results;
    socket = secured;
  }
  try {
    if (speech === 'http' || speech === 'https') {
      const answer = await step(deps, outer, (signal) => askHttp(socket, target, signal));
      results.push({ check: 'http', host, port, address, at: deps.clock.now(), ...answer });
    }
  } finally {
    socket.destroy();
  }
  return results;
}

function step<T>(
  { clock, timeoutMs = TIMEOUT_MS }: CheckDeps,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(clock, timeoutMs, outer, work);
}

/** The end of the whole investigation is no property of a target: it is thrown on. */
function expected(error: unknown, outer: AbortSignal | undefined): unknown {
  outer?.throwIfAborted();
  return error;
}

const isSocket = (value: Socket | ReturnType<typeof failedConnection>): value is Socket => 'destroy' in value;

/** Names in a certificate are the other side's words. */
function cleaned<T extends { readonly certificate?: Certificate | undefined }>(told: T, cleaner: Cleaner): T {
  if (told.certificate === undefined) return told;
  const { subject, issuer, names } = told.certificate;
  const clean = (text: string): string => cleaner.line(text, 200);
  return { ...told, certificate: { ...told.certificate, subject: clean(subject), issuer: clean(issuer), names: names.map(clean) } };
}
