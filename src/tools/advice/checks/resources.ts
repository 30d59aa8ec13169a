/** Whether the scheduler knows what containers need, and whether one that leaks is stopped before its node. Figures come from what was measured. */
import type { ApiContainer } from '../../../sources/kubernetes/api.ts';
import { patchOfContainers } from '../changes.ts';
import type { Advice, Checked, Facts } from '../facts.ts';
import { cpuText, memoryText } from '../figures.ts';

/** Above the most that was used. */
const HEADROOM = { request: 1.2, limit: 2 };

export function resourceAdvice(facts: Facts): Checked {
  const containers = facts.workload.object.spec?.template?.spec?.containers ?? [];
  const bare = containers.filter(
    ({ resources }) => resources?.requests?.['cpu'] === undefined || resources.requests['memory'] === undefined,
  );
  const unlimited = containers.filter(({ resources }) => resources?.limits?.['memory'] === undefined);
  const fine = [...(bare.length === 0 ? ['requests are set'] : []), ...(unlimited.length === 0 ? ['memory is limited'] : [])];
  return { advice: [...bare.map((one) => requestsAdvice(one, facts)), ...unlimited.map((one) => limitAdvice(one, facts))], fine };
}

/** The most that was used, of the only container, or of the one that uses most. */
function used(signal: 'cpuUsage' | 'memoryUsage', { name }: ApiContainer, { levels, workload }: Facts): number | undefined {
  const level = levels?.[signal];
  const isOnly = (workload.object.spec?.template?.spec?.containers ?? []).length === 1;
  if (level === undefined || (!isOnly && level.of !== name)) return undefined;
  return Math.max(level.value, level.usual?.highest ?? 0);
}

function requestsAdvice(container: ApiContainer, facts: Facts): Advice {
  const { name, resources } = container;
  const [cpu, memory] = [used('cpuUsage', container, facts), used('memoryUsage', container, facts)];
  const requests = {
    ...(resources?.requests?.['cpu'] === undefined && cpu !== undefined ? { cpu: cpuText(cpu * HEADROOM.request) } : {}),
    ...(resources?.requests?.['memory'] === undefined && memory !== undefined ? { memory: memoryText(memory * HEADROOM.request) } : {}),
  };
  const lacks = ['cpu', 'memory'].filter((what) => resources?.requests?.[what] === undefined);
  const isKnown = Object.keys(requests).length > 0;
  return {
    topic: 'resources',
    weight: 60,
    title: `Container ${name} requests no ${lacks.join(' and no ')}`,
    why: `It may be put on a node that has nothing left, and is among the first to be evicted. ${isKnown ? 'The patch asks for a fifth more than the most that was measured.' : 'What it uses was not measured, so that no figure can be given.'}`,
    wouldHaveHelped: ['NodeOutOfMemory', 'Node*', 'Cpu*', 'Evict*', 'Latency*'],
    change: isKnown ? patchOfContainers(facts.workload, [{ name, resources: { requests } }]) : undefined,
  };
}

function limitAdvice(container: ApiContainer, facts: Facts): Advice {
  const memory = used('memoryUsage', container, facts);
  const { name } = container;
  return {
    topic: 'resources',
    weight: 50,
    title: `Container ${name} has no memory limit`,
    why: `If it leaks, its node runs out of memory, and others on it are killed first. ${memory === undefined ? 'What it uses was not measured, so that no figure can be given.' : 'The patch sets twice the most that was measured.'}`,
    wouldHaveHelped: ['NodeOutOfMemory', 'MemoryLeak', 'NodeMemory*'],
    change:
      memory === undefined
        ? undefined
        : patchOfContainers(facts.workload, [{ name, resources: { limits: { memory: memoryText(memory * HEADROOM.limit) } } }]),
  };
}
