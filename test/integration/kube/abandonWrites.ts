/** A process that begins many writes and no longer waits for them, again and again: run by a test that bounds its memory and its time. */
import { configMaps } from '../../../src/crds/configMaps.ts';
import { testClient } from '../../support/testClient.ts';

const [kubeconfig = ''] = process.argv.slice(2);
const client = testClient(kubeconfig);
const data = { body: 'x'.repeat(100_000) };
for (let round = 0; round < 8; round += 1) {
  const leaving = new AbortController();
  const writes = Array.from({ length: 100 }, (_, each) =>
    client
      .create(
        configMaps,
        { metadata: { namespace: 'default', name: `abandoned-${round}-${each}` }, data },
        { signal: leaving.signal, dryRun: true },
      )
      .catch(() => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 5 * round));
  leaving.abort(new Error('nobody waits any more'));
  await Promise.all(writes);
}
await client.get(configMaps, { namespace: 'default', name: 'kube-root-ca.crt' });
await client.close();
process.stdout.write('still here\n');
