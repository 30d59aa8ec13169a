/**
 * Looks whether the API server answers and serves our kinds, and says what to do while it does not. Nothing waits for this: what needs the API
 * server keeps trying by itself.
 */

import { API_VERSION } from '../crds/common.ts';
import { kindDefinitions } from '../crds/definitions.ts';
import { isNotFound } from '../kube/errors.ts';
import type { CheckResult } from '../kube/health.ts';
import { explain } from '../telemetry/explain.ts';
import type { Parts } from './parts.ts';

const TRY_AGAIN_MS = 2000;

export function addPreflight({ manager, client, clock, logger }: Parts): void {
  let result: CheckResult = { ok: false, why: 'the API server has not been asked yet' };
  manager.health.addReadyCheck('api-server', () => result);
  manager.addRunnable({
    name: 'preflight',
    group: 'server',
    run: async (signal, ready) => {
      ready();
      while (!signal.aborted) {
        const now = await look(client, signal);
        if (now.ok) logger.info({ server: client.server }, 'the API server answers and serves our kinds');
        else if (result.ok || result.why !== now.why) logger.error({ server: client.server }, `not ready: ${now.why}`);
        result = now;
        if (now.ok) return;
        await clock.sleep(TRY_AGAIN_MS, signal).catch(() => undefined);
      }
    },
  });
}

async function look(client: Parts['client'], signal: AbortSignal): Promise<CheckResult> {
  try {
    const served = (await client.raw('GET', `/apis/${API_VERSION}`, undefined, { signal, timeoutMs: 5000 })) as {
      readonly resources?: readonly { readonly name: string }[];
    };
    const names = new Set(served.resources?.map(({ name }) => name));
    return missing(kindDefinitions.map(({ resource }) => resource.plural).filter((plural) => !names.has(plural)));
  } catch (error) {
    if (isNotFound(error)) return missing(kindDefinitions.map(({ resource }) => resource.plural));
    return { ok: false, why: `${explain(error)}; trying again` };
  }
}

function missing(plurals: readonly string[]): CheckResult {
  if (plurals.length === 0) return { ok: true };
  return {
    ok: false,
    why: `the API server does not serve ${plurals.join(', ')} of ${API_VERSION}; install the CustomResourceDefinitions: kubectl apply -k config/default`,
  };
}
