/** How soon a stop is honoured, and what an API server that does not answer is taken for. */
import { describe, expect, test } from 'vitest';
import { createStopSwitch } from '../../../src/controllers/stopSwitch.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const namespace = 'agent-sre';
const never = new AbortController().signal;

function setUp() {
  const kube = createMemoryKube();
  const clock = createFakeClock();
  const client: Parameters<typeof createStopSwitch>[0]['client'] = { get: (resource, key) => kube.get(resource, key) };
  const turn = async (stopped: string): Promise<void> => {
    const metadata = { namespace, name: 'agent-sre-stop' };
    const found = await kube.get(configMaps, metadata);
    if (found === undefined) await kube.create(configMaps, { metadata, data: { stopped } });
    else await kube.replace(configMaps, { ...found, data: { stopped } });
  };
  const away = (times: number): void => kube.fail(['get'], times, () => new Error('the API server is away'));
  return { clock, turn, away, stopSwitch: createStopSwitch({ client, clock, logger: silentLogger, namespace }) };
}

describe('while an effect is under way', () => {
  test.each(['true', 'nonsense'])('%s aborts it within 5 s, and a start lets the next one begin', async (value) => {
    const { clock, turn, stopSwitch } = setUp();
    const over = new AbortController();
    const running = stopSwitch.run(over.signal);
    expect(await stopSwitch.look(never)).toEqual({ kind: 'running' });
    const effect = stopSwitch.signal();
    await clock.advance(60_000);
    expect(effect.aborted).toBe(false);
    await turn(value);
    await clock.advance(4_900);
    expect(effect.aborted).toBe(true);
    expect((effect.reason as Error).message).toContain('stopped by somebody');
    expect(await stopSwitch.look(never)).toMatchObject({ kind: 'stopped' });

    await turn('false');
    await clock.advance(2_000);
    expect(await stopSwitch.look(never)).toMatchObject({ kind: 'running' });
    expect(stopSwitch.signal().aborted).toBe(false);
    expect(effect.aborted).toBe(true);
    over.abort();
    await running;
  });

  test('an API server that does not answer for 5 s aborts it, one that is back in time does not', async () => {
    const { clock, away, stopSwitch } = setUp();
    const over = new AbortController();
    const running = stopSwitch.run(over.signal);
    await stopSwitch.look(never);
    const effect = stopSwitch.signal();
    away(2);
    await clock.advance(10_000);
    expect(effect.aborted).toBe(false);
    away(10);
    await clock.advance(5_000);
    expect(effect.aborted).toBe(true);
    expect((effect.reason as Error).message).toContain('the API server is away');
    over.abort();
    await running;
  });

  test('nobody who looks any more aborts it, too', async () => {
    const { clock, stopSwitch } = setUp();
    await stopSwitch.look(never);
    const effect = stopSwitch.signal();
    await clock.advance(5_000);
    expect(effect.aborted).toBe(true);
  });
});

describe('before an effect', () => {
  test('nothing is known before the first answer', async () => {
    const { away, stopSwitch } = setUp();
    away(1);
    expect(await stopSwitch.look(never)).toEqual({ kind: 'unknown', why: 'the API server is away' });
  });

  test('what was seen a moment ago counts where there is no answer now, and not for long', async () => {
    const { clock, away, stopSwitch } = setUp();
    await stopSwitch.look(never);
    away(2);
    await clock.advance(3_000);
    expect(await stopSwitch.look(never)).toEqual({ kind: 'running' });
    await clock.advance(2_000);
    expect(await stopSwitch.look(never)).toEqual({ kind: 'unknown', why: 'the API server is away' });
  });

  test('a stop is seen at once', async () => {
    const { turn, stopSwitch } = setUp();
    await stopSwitch.look(never);
    await turn('true');
    expect(await stopSwitch.look(never)).toMatchObject({ kind: 'stopped' });
    expect(stopSwitch.signal().aborted).toBe(true);
  });
});
