/** What is looked at below the targets. */
import { describe, expect, test } from 'vitest';
import { withNeighbours } from '../../../src/investigate/neighbours.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { objectsReader, type Written } from '../../support/objectsReader.ts';
import { app, type Part, says, world } from './surroundingsBuilders.ts';

const api: Written = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'app' }] } },
  },
};
const front = app('front', { container: { env: { API_URL: 'http://api:80' } } });
const lookup = says('front', 'ERROR GET http://api:80/orders: dial tcp: lookup api on 10.96.0.10:53: no such host');
const around = (...parts: readonly Part[]) => withNeighbours(objectsReader([api]), world(...parts), createCleaner(String));
const below = async (...parts: readonly Part[]): Promise<readonly string[]> =>
  (await around(...parts)).workloads.map(({ ref }) => ref.name);

describe('a Service that is not there', () => {
  test('leads to the workload of its name when somebody is told to call it and complains', async () => {
    expect(await below(front, lookup)).toEqual(['front', 'api']);
    expect((await around(front, lookup)).gaps).toEqual([]);
  });

  test.each([
    { name: 'nobody complains', parts: [front] },
    { name: 'nobody is told to call it', parts: [app('front'), lookup] },
  ])('leads nowhere when $name', async ({ parts }) => {
    expect(await below(...parts)).toEqual(['front']);
  });
});
