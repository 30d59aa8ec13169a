/** The account of what was spent on models, in a ConfigMap of the operator's namespace: one for all processes, whichever of them is asked. */
import { type ConfigMap, configMaps } from '../crds/configMaps.ts';
import { MODEL_ACCOUNT } from '../crds/gatewayMaps.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/errors.ts';
import type { AccountStore } from '../llm/journal.ts';

const KEY = 'account.json';
/** A model's answer is not held up for longer: what was not written by then stays reserved. */
const TIMEOUT_MS = 3_000;

export function createModelAccount(client: Pick<KubeClient, 'get' | 'create' | 'replace'>, namespace: string): AccountStore {
  const key = { namespace, name: MODEL_ACCOUNT };
  const labels = { 'app.kubernetes.io/part-of': 'agent-sre', 'app.kubernetes.io/component': 'model-account' };
  return {
    name: `ConfigMap ${namespace}/${MODEL_ACCOUNT}`,
    read: async (signal) => {
      const found = await client.get(configMaps, key, { signal, timeoutMs: TIMEOUT_MS });
      // A key that somebody took away is not an account of nothing: it is none.
      return found === undefined ? undefined : { text: found.data?.[KEY] ?? '', version: found.metadata.resourceVersion };
    },
    write: async (text, version, signal) => {
      const data = { [KEY]: text };
      const limits = { signal, timeoutMs: TIMEOUT_MS };
      try {
        if (version === undefined) await client.create(configMaps, { metadata: { ...key, labels }, data }, limits);
        else {
          const metadata = { ...key, labels, resourceVersion: version } as unknown as ConfigMap['metadata'];
          await client.replace(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, limits);
        }
        return true;
      } catch (error) {
        if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return false;
        throw error;
      }
    },
  };
}
