/**
 * Which repository and commit an image was built from, by what the objects say: the OCI annotations on the pod template or the
 * workload, a mapping of the configuration, a commit in the image's tag. The registry is never asked.
 *
 * Annotations are anybody's words. What they name is only looked up where the configuration allows the repository.
 */
import type { SourceRef } from './port.ts';

export interface OriginQuery {
  readonly image: string;
  /** Annotations and labels, those that count more first: of the pod template, then of the workload. */
  readonly marks: readonly Readonly<Record<string, string>>[];
  /** Repositories of images, by configuration. */
  readonly known?: readonly KnownSource[] | undefined;
}

export interface KnownSource {
  /** Name of the image without its tag; all that begins with it in whole path segments. */
  readonly image: string;
  readonly repository: string;
}

const SOURCE = 'org.opencontainers.image.source';
const REVISION = 'org.opencontainers.image.revision';
const VERSION = 'org.opencontainers.image.version';

/** Undefined when either of the two is not said. */
export function originOf({ image, marks, known = [] }: OriginQuery): SourceRef | undefined {
  const mark = (key: string): string | undefined => marks.find((each) => each[key] !== undefined)?.[key];
  const { name, tag } = partsOf(image);
  const repository = repositoryOf(mark(SOURCE)) ?? known.find((each) => covers(each.image, name))?.repository;
  const revision = revisionOf(mark(REVISION)) ?? commitInTag(tag) ?? revisionOf(mark(VERSION)) ?? versionTag(tag);
  return repository === undefined || revision === undefined ? undefined : { repository, revision };
}

/** `registry:5000/shop/cart:1.2@sha256:...` in its parts. */
function partsOf(image: string): { readonly name: string; readonly tag: string } {
  const [tagged = ''] = image.split('@');
  const colon = tagged.lastIndexOf(':');
  return colon <= tagged.lastIndexOf('/') ? { name: tagged, tag: '' } : { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1) };
}

const covers = (known: string, name: string): boolean => name === known || name.startsWith(`${known.replace(/(?<!\/)\/+$/u, '')}/`);

/** Builders write it with or without a scheme, and with the suffix `.git`; a page of a folder within it is cut. */
function repositoryOf(source: string | undefined): string | undefined {
  if (source === undefined || source.length > 1024) return undefined;
  const text = source
    .trim()
    .replace(/^git\+/u, '')
    .replace(/^git@([^:/]+):/u, 'https://$1/');
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//u.test(text) ? text : `https://${text}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return undefined;
  const path = url.pathname.split(/\/(?:-\/)?(?:tree|blob|src)\//u)[0]?.replace(/(?<!\/)\/+$/u, '') ?? '';
  return path.split('/').length < 3 ? undefined : `${url.protocol}//${url.host}${path}`;
}

/** A name that Git can resolve, and nothing that it could take for an option or an expression. */
const revisionOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9A-Za-z][\w.+-]{0,127}$/u.test(text) && !text.includes('..') ? text : undefined;

/** `3f2a9c1`, `sha-3f2a9c1`, `main-3f2a9c1d`, `1.4.0-gdeadbeef1`: digits and letters both, so that no date or word is taken for one. */
function commitInTag(tag: string): string | undefined {
  const found = /(?:^|[-_.](?:g|sha)?|^sha-?|^git-?)([0-9a-f]{7,40})$/u.exec(tag)?.[1];
  return found !== undefined && /\d/u.test(found) && /[a-f]/u.test(found) ? found : undefined;
}

const versionTag = (tag: string): string | undefined =>
  /^v?\d{1,9}\.\d{1,9}(?:\.\d{1,9})?(?:-[\w.]{1,40})?$/u.test(tag) ? tag : undefined;
