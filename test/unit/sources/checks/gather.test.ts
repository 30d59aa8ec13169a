import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createCallBudget } from '../../../../src/sources/budget.ts';
import { createAddressPolicy } from '../../../../src/sources/checks/addresses.ts';
import { gatherChecks } from '../../../../src/sources/checks/gather.ts';
import { serviceObjects as services } from '../../../../src/sources/kubernetes/networkApi.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

let server: Server;
beforeAll(async () => {
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => new Promise((resolve) => void server.close(resolve)));

async function world() {
  const kube = createMemoryKube();
  const { port } = server.address() as AddressInfo;
  const ports = [
    { port, name: 'db' },
    { port: 1, name: 'other' },
  ];
  await kube.create(services, { metadata: { name: 'cart', namespace: 'web' }, spec: { selector: { app: 'cart' }, ports } });
  const deps = {
    kube,
    clock: systemClock,
    resolver: () => Promise.resolve(['127.0.0.1']),
    policy: createAddressPolicy({ exempt: ['127.0.0.1/32'] }),
    budget: createCallBudget(20, 4),
    cleaner: createCleaner(createRedactor().text),
    maxTargets: 10,
  };
  return { kube, deps };
}
const pods = [{ namespace: 'web', labels: { app: 'cart' } }];
const { signal } = new AbortController();

describe('checks of what leads to pods', () => {
  test('are made on the ports of their Services', async () => {
    const { deps } = await world();
    const { results, gaps } = await gatherChecks(deps, pods, signal);
    expect(results.filter(({ check }) => check === 'tcp').map(({ host, outcome }) => [host, outcome])).toEqual([
      ['cart.web.svc', 'Open'],
      ['cart.web.svc', 'Refused'],
    ]);
    expect(gaps).toEqual([]);
  });

  test('are bounded, which is a gap', async () => {
    const { deps } = await world();
    const { results, gaps } = await gatherChecks({ ...deps, maxTargets: 1 }, pods, signal);
    expect([results.filter(({ check }) => check === 'tcp').length, gaps.map(({ reason }) => reason)]).toEqual([1, ['TooLarge']]);
  });

  test('miss what may not be read, which is a gap; a kind that is not served is none', async () => {
    const { kube, deps } = await world();
    kube.fail(['list'], 1, () => new ApiError('no', { status: 403, reason: 'Forbidden' }));
    kube.fail(['list'], 1, () => new ApiError('none', { status: 404, reason: 'NotFound' }));
    const { gaps } = await gatherChecks(deps, pods, signal);
    expect(gaps).toMatchObject([{ source: 'checks', reason: 'Forbidden', message: expect.stringContaining('list services of web') }]);
  });
});
