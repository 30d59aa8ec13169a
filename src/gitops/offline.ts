/** Runs a program over files that strangers wrote: in a folder of its own, with no way to the network, the cluster, or other programs. */
import { join } from 'node:path';

/** Nothing listens there. */
const DEAD_END = 'http://127.0.0.1:9';

/** @param folder of its own; the program may write there. @param more what this program is told besides */
export function offlineEnvironment(folder: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    PATH: join(folder, 'no-programs'),
    HOME: folder,
    KUBECONFIG: '/dev/null',
    HTTPS_PROXY: DEAD_END,
    HTTP_PROXY: DEAD_END,
    LC_ALL: 'C',
    ...more,
  };
}

/** What a program says is wrong, in a line, without where its folder lies. @param prefix that it begins with */
export function complaintOf(stderr: string, folder: string, prefix: RegExp): string {
  return stderr.replaceAll(`${folder}/`, '').replaceAll(folder, '.').replace(prefix, '').trim().split('\n').slice(0, 5).join('; ');
}
