/** `make demo-down`: takes the demo's cluster away, with all it started. */
import { stopKept } from '../cluster/kept.ts';
import { DEMO } from './name.ts';

const stopped = await stopKept(DEMO);
console.log(stopped ? 'the cluster of the demo is gone, with all it started' : 'there is no cluster of the demo');
