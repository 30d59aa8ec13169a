/** A Deployment whose memory limit was lowered, as its controllers and a kubelet leave it. */
import { replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { type Made, makeEvent, makePod, makeReplicaSet, makeWorkload, podSpec, setStatus } from '../sources/world.ts';

const { Deployment } = workloadResources;

const limited = (image: string, memory: string) => podSpec(image, { resources: { limits: { memory } } });
const SAME = { before: 'cart:1.0', after: 'cart:1.0' };

/** The memory limit was lowered; the new pod is killed at it while the old one serves. */
export async function loweredLimit(made: Made, { before: old, after: present } = SAME): Promise<void> {
  const cart = await makeWorkload(made, 'Deployment', 'cart', limited(present, '16Mi'));
  const before = await makeReplicaSet(made, cart, 'cart-6d4f8c7b9', 1, limited(old, '256Mi'));
  const after = await makeReplicaSet(made, cart, 'cart-7c9f5d6b8', 2, limited(present, '16Mi'));
  const at = new Date().toISOString();
  const killed = { exitCode: 137, reason: 'OOMKilled', startedAt: at, finishedAt: at };
  const status = {
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    lastState: { terminated: killed },
  };
  await makePod(made, [before, replicaSets], 'cart-6d4f8c7b9-aaaaa', limited(old, '256Mi'), {
    ready: true,
    status: { ready: true, state: { running: {} } },
  });
  await makePod(made, [after, replicaSets], 'cart-7c9f5d6b8-bbbbb', limited(present, '16Mi'), { status });
  await makeEvent(made, 'Pod', 'cart-7c9f5d6b8-bbbbb', 'BackOff', {
    message: 'Back-off restarting, DB_PASSWORD=hunter2-hunter2',
    count: 9,
  });
  await setStatus(made, Deployment, cart, {
    observedGeneration: 1,
    replicas: 2,
    readyReplicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
  });
}
