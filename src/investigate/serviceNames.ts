/** Services that a text names: by host name, by cluster address, or by the address of a pod. Bare words count only where a host name is meant. */
import type { Service, Snapshot } from '../sources/kubernetes/snapshot.ts';

/** @param namespace where whoever says it runs */
export function servicesNamedIn({ services, pods }: Snapshot, text: string, namespace: string): Service[] {
  const hosts = hostsIn(text);
  return services.filter((service) => {
    const { clusterIP } = service;
    if (clusterIP !== undefined && clusterIP !== 'None' && hosts.has(clusterIP)) return true;
    if (
      pods.some(
        ({ ip, labels, ...pod }) => ip !== undefined && hosts.has(ip) && pod.namespace === service.namespace && isChosen(service, labels),
      )
    )
      return true;
    return [...hosts].some((host) => isNameOf(service, host, namespace));
  });
}

function isChosen({ selector }: Service, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function isNameOf(service: Service, host: string, namespace: string): boolean {
  const [name, ofNamespace = namespace] = host.split('.');
  return name === service.name && ofNamespace === service.namespace;
}

/** Words of the text that stand where a host does: in an address, before a port, after "lookup" or "host"; and whatever is in `.svc`. */
function hostsIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pattern of HOSTS) {
    for (const match of text.matchAll(pattern)) found.add(trimmed(match[1] ?? ''));
  }
  found.delete('');
  return found;
}

const HOST = String.raw`([a-zA-Z0-9][a-zA-Z0-9.-]{0,252})`;
const HOSTS = [
  new RegExp(String.raw`\/\/(?:[^\s/@]{1,64}@)?${HOST}`, 'gu'),
  new RegExp(String.raw`(?<![a-zA-Z0-9.-])${HOST}[:/]\d{1,5}\b`, 'gu'),
  new RegExp(
    String.raw`\b(?:lookup|resolve|hosts?(?:name)?|server at|ENOTFOUND|EAI_AGAIN|UnknownHostException:?)[\s=:("']{1,4}${HOST}`,
    'gu',
  ),
  new RegExp(String.raw`(?<![a-zA-Z0-9.-])([a-z0-9-]{1,63}\.[a-z0-9-]{1,63}\.svc)\b`, 'gu'),
];

const trimmed = (host: string): string => host.replace(/(?<![.-])[.-]+$/u, '').toLowerCase();
