/**
 * One process of Agent-SRE: the roles that it plays, put together from a configuration and run until `signal` aborts.
 *
 * Nothing is connected to before `run`; without an API server it keeps trying, and says so at `/ready` and in the log.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { loadKubeConfig } from '../config/kubeConfig.ts';
import { secretsOf } from '../config/sources.ts';
import type { Config } from '../config.ts';
import { incidents, investigations, remediationPlans } from '../crds/kinds.ts';
import { createKubeClient } from '../kube/createClient.ts';
import type { Logger } from '../kube/logger.ts';
import { createManager } from '../kube/manager.ts';
import type { Redactor } from '../redact/redactor.ts';
import { auditMetrics } from '../telemetry/auditMetrics.ts';
import { countIncidents, countInvestigations, countPlans } from '../telemetry/objectMetrics.ts';
import { addHttp, type Served } from './http.ts';
import { giveMemoryBack, processHeap } from './idleMemory.ts';
import type { Parts } from './parts.ts';
import { addPreflight } from './preflight.ts';
import type { Role } from './roles.ts';

export interface ProcessOptions {
  /** As the command line names it: a role, or `all`. */
  readonly name: Role | 'all';
  readonly config: Config;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly version: string;
}

export async function runProcess(options: ProcessOptions, signal: AbortSignal): Promise<void> {
  await withParts(options, async (parts) => {
    addPreflight(parts);
    addHttp(parts, await addRoles(options.name, parts));
    addIdleMemory(parts);
    await parts.manager.run(signal);
  });
}

/** `mcp`: a process of whoever starts it at their own machine. */
type PartsOptions = Omit<ProcessOptions, 'name'> & { readonly name: ProcessOptions['name'] | 'mcp' };

/** What a process is made from, for as long as `work` takes; its files go with it. */
export async function withParts(options: PartsOptions, work: (parts: Parts) => Promise<void>): Promise<void> {
  const { config, redactor } = options;
  hideSecretsOf(config, redactor);
  const temporary = config.git.cacheDir === undefined ? mkdtempSync(join(tmpdir(), 'agent-sre-git-')) : undefined;
  try {
    await work(partsOf(options, config.git.cacheDir ?? temporary ?? ''));
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Gives what is served beside health. A role is loaded only where it is played: what the others need costs no memory, and the
 * executor never so much as holds the model's client.
 */
async function addRoles(name: Role | 'all', parts: Parts): Promise<Served> {
  const plays = (role: Role): boolean => name === role || name === 'all';
  const { registry, manager, gitCacheDir } = parts;
  // Each role has repositories of its own: they may hold other credentials.
  const partsOfRole = (role: Role): Parts => ({ ...parts, gitCacheDir: join(gitCacheDir, role) });
  if (plays('investigator')) {
    const { addInvestigator } = await import('./investigator.ts');
    addInvestigator(partsOfRole('investigator'));
    countIncidents(registry, manager.cache(incidents));
    countInvestigations(registry, manager.cache(investigations));
  }
  if (plays('executor')) {
    const { addExecutor } = await import('./executor.ts');
    await addExecutor(partsOfRole('executor'));
    countPlans(registry, manager.cache(remediationPlans));
  }
  if (!plays('gateway')) return {};
  const { addGateway } = await import('./gateway.ts');
  return addGateway(parts);
}

function addIdleMemory({ manager, clock }: Parts): void {
  manager.addRunnable({
    name: 'idle memory',
    group: 'worker',
    run: async (signal, ready) => {
      ready();
      await giveMemoryBack(processHeap(), clock, signal);
    },
  });
}

function partsOf({ name, config, logger, redactor, version }: PartsOptions, gitCacheDir: string): Parts {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const kubeConfig = loadKubeConfig(config.kubernetes);
  const clock = systemClock;
  const client = createKubeClient({ kubeConfig, clock, logger, registry, userAgent: `agent-sre/${version} (${name})` });
  const lease = name === 'all' ? 'agent-sre' : `agent-sre-${name}`;
  const isElected = name !== 'gateway' && name !== 'mcp' && config.leaderElection.enabled;
  const identity = `${hostname()}_${randomUUID().slice(0, 8)}`;
  const election = isElected ? { namespace: config.namespace, name: lease, identity } : undefined;
  const manager = createManager({ client, clock, logger, registry, name: `agentsre.io/${name}`, election });
  return { version, config, clock, logger, registry, redactor, client, manager, gitCacheDir, auditFigures: auditMetrics(registry) };
}

/** A credential that we were given must not come out anywhere, whatever quotes it. */
function hideSecretsOf({ auth, git, sources }: Config, redactor: Redactor): void {
  const ofSources = secretsOf(sources);
  const files = [
    auth.webhookTokenFile,
    auth.apiKey?.keyFile,
    auth.basic?.passwordFile,
    auth.hmac?.secretFile,
    ...ofSources.files,
    ...git.credentials.map(({ passwordFile }) => passwordFile),
    ...git.hosts.map(({ tokenFile }) => tokenFile),
  ];
  const secrets = [...ofSources.values, ...files.filter((path) => path !== undefined).map(readSecret)];
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) redactor.addSecret(secret);
  }
}

/** Anything shorter occurs by chance. */
const SHORTEST_SECRET = 6;

/** A file that is not there yet is complained about by whoever needs it. */
function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
