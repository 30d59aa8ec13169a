import { describeKubeContract } from '../../support/kubeContract.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

describeKubeContract('the API server in memory', () => Promise.resolve({ client: createMemoryKube(), namespace: 'shop' }));
