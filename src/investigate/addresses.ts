/** Addresses in configuration: who is told to call whom, read from literal environment variables and arguments. */
import type { ContainerSpec, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { type ClusterHost, clusterHost } from './reachability.ts';

export interface Address extends ClusterHost {
  readonly workload: Workload;
  readonly container: ContainerSpec;
  /** Variable that holds it, or the flag that it is passed with. */
  readonly variable: string;
  readonly host: string;
  readonly port?: number | undefined;
  /** Its port stands in a variable beside it, which is joined to it by name only. */
  readonly joined?: boolean | undefined;
}

const HOST = String.raw`([a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[-a-zA-Z0-9]+)*)\.?`;
const WITH_PORT = new RegExp(String.raw`^(?:[a-z][a-z0-9+.:-]*://)?(?:[^@/\s]*@)?${HOST}:(\d{1,5})(?:[/?].*)?$`, 'iu');
const AS_URL = new RegExp(String.raw`^[a-z][a-z0-9+.:-]*://(?:[^@/\s]*@)?${HOST}(?:[/?].*)?$`, 'iu');
/** A bare word is an address only where the variable says so. */
const BARE = new RegExp(String.raw`^${HOST}$`, 'u');
const NAMES_A_HOST = /(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER)S?$/iu;

/** No program calls more; a longer list is there to keep us busy. */
const MOST_ADDRESSES = 500;

/** Addresses of the cluster that a workload is configured with. */
export const addressesOf = (workload: Workload): Iterable<Address> => allAddresses(workload).take(MOST_ADDRESSES);

function* allAddresses(workload: Workload): Generator<Address, void> {
  for (const container of workload.containers) {
    for (const [variable, value] of settingsOf(container)) {
      for (const part of value.split(/[,\s]+/u)) {
        const found = hostIn(variable, part);
        const target = found && clusterHost(found.host, workload.ref.namespace ?? '');
        if (found === undefined || target === undefined) continue;
        const port = found.port ?? portBeside(container, variable);
        yield { ...target, ...found, port, joined: found.port === undefined && port !== undefined, workload, container, variable };
      }
    }
  }
}

/** Variables, and arguments as flags with their values. */
const settingsOf = ({ env, args, command }: ContainerSpec): [name: string, value: string][] => [
  ...Object.entries(env),
  ...[...command, ...args].flatMap((argument): [string, string][] => {
    const [flag = '', ...value] = argument.split('=');
    return flag.startsWith('-') && value.length > 0 ? [[flag, value.join('=')]] : [];
  }),
];

/** `CART_PORT` beside `CART_HOST`. */
function portBeside({ env }: ContainerSpec, variable: string): number | undefined {
  const stem = /^(.+_)(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER)$/iu.exec(variable)?.[1];
  const text = stem === undefined ? '' : (env[`${stem}PORT`] ?? '');
  return /^\d{1,5}$/u.test(text) ? Number(text) : undefined;
}

function hostIn(variable: string, text: string): { host: string; port?: number | undefined } | undefined {
  const withPort = WITH_PORT.exec(text);
  if (withPort !== null) return { host: withPort[1] ?? '', port: Number(withPort[2]) };
  const host = AS_URL.exec(text)?.[1] ?? (NAMES_A_HOST.test(variable) ? BARE.exec(text)?.[1] : undefined);
  return host === undefined ? undefined : { host };
}

/** Workloads that are configured with a Service of this name. */
export const callersOf = (snapshot: Snapshot, { namespace, name }: ClusterHost): Workload[] =>
  snapshot.workloads.filter((workload) => [...addressesOf(workload)].some((one) => one.namespace === namespace && one.name === name));
