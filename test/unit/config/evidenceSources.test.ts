import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createChecking } from '../../../src/compose/checks.ts';
import { createApplicationSource } from '../../../src/compose/source.ts';
import { checks } from '../../../src/config/checks.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import type { SourcePort } from '../../../src/sources/applicationSource/port.ts';
import { routedSource } from '../../../src/sources/applicationSource/route.ts';
import { createCallBudget } from '../../../src/sources/budget.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

describe('active checks', () => {
  test('are on, of Services alone where addresses are private, and short', () => {
    expect(configSchema.parse({}).checks).toEqual({
      enabled: true,
      privateRanges: [],
      authorityFiles: [],
      timeoutSeconds: 2,
      maxTargets: 10,
    });
  });

  test.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'x/8', '10.0.0.0/8/8', '10.0.0.0/', ''])('take %j for no range', (range) => {
    expect(checks.safeParse({ privateRanges: [range] }).error?.issues[0]?.message).toBe(
      'is no range of addresses; write one like 10.20.0.0/16',
    );
  });

  test.each(['10.20.0.0/16', 'fd00::/8', '192.168.1.1/32'])('take %s for a range', (range) => {
    expect(checks.parse({ privateRanges: [range] }).privateRanges).toEqual([range]);
  });
});

describe('active checks by the configuration', () => {
  const made = (checked: object) =>
    createChecking({ clock: systemClock, redactor: createRedactor(), config: configSchema.parse({ checks: checked }) });
  const run = () => ({ kube: createMemoryKube(), budget: createCallBudget(10, 2), signal: new AbortController().signal });

  test('are none where they are switched off', () => {
    expect(made({ enabled: false })).toBeUndefined();
  });

  test('find nothing where nothing leads to the pods', async () => {
    expect(await made({})?.([{ namespace: 'web', labels: {} }], run())).toEqual({ results: [], gaps: [] });
  });

  test('say which file of an authority cannot be read', async () => {
    expect(await made({ authorityFiles: ['/nowhere/ca.pem'] })?.([], run())).toMatchObject({
      results: [],
      gaps: [
        {
          source: 'checks',
          reason: 'NotConfigured',
          message: expect.stringContaining('checks.authorityFiles: /nowhere/ca.pem cannot be read'),
        },
      ],
    });
  });
});

describe('the way to a repository', () => {
  const port = (name: string): SourcePort => ({
    compare: () => Promise.reject(new Error(name)),
    lastChanges: () => Promise.reject(new Error(name)),
  });
  const to = (host: string) => (repository: string) => new URL(repository).host === host;
  const routed = routedSource(
    [
      { port: port('first'), leadsTo: to('a') },
      { port: port('second'), leadsTo: to('b') },
    ],
    port('last'),
  );

  test.each([
    ['http://a/x/y', 'first'],
    ['http://b/x/y', 'second'],
    ['http://c/x/y', 'last'],
  ])('%s is the %s', async (repository, want) => {
    const at = { repository, revision: 'main' };
    await expect(routed.compare(at, at)).rejects.toThrow(want);
    await expect(routed.lastChanges(at, [])).rejects.toThrow(want);
  });

  test.each<{ name: string; repository: string }>([
    { name: 'elsewhere', repository: 'https://evil.example.com/shop/cart' },
    { name: 'on the host, of somebody else', repository: 'https://github.com/other/private' },
    { name: 'on the host, whose name only begins alike', repository: 'https://github.com/shopping/cart' },
  ])('is refused with what to configure $name', async ({ repository }) => {
    const config = configSchema.parse({ sources: { github: [{ repositories: ['https://github.com/shop'] }] } });
    const repositories = { open: () => Promise.reject(new Error('never opened')) };
    const source = createApplicationSource({ config, repositories, clock: systemClock });
    const at = { repository, revision: 'main' };
    await expect(source.port.compare(at, at)).rejects.toThrow('add a git credential whose urlPrefix covers it');
    await source.close();
  });
});
