import { describe, expect, test } from 'vitest';
import { originOf } from '../../../../src/sources/applicationSource/origin.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const marks = (source: string, revision?: string) => [
  { 'org.opencontainers.image.source': source, ...(revision === undefined ? {} : { 'org.opencontainers.image.revision': revision }) },
];
const REPOSITORY = 'https://git.example.com/shop/cart';

describe('where an image comes from', () => {
  test.each<{ name: string; query: Parameters<typeof originOf>[0]; want: ReturnType<typeof originOf> }>([
    {
      name: 'is what the annotations say',
      query: { image: 'cart:1.2', marks: marks(REPOSITORY, SHA) },
      want: { repository: REPOSITORY, revision: SHA },
    },
    {
      name: 'is what the pod template says before the workload',
      query: { image: 'cart', marks: [{ 'org.opencontainers.image.revision': 'b1' }, ...marks(REPOSITORY, SHA)] },
      want: { repository: REPOSITORY, revision: 'b1' },
    },
    {
      name: 'is read from a page of a host',
      query: { image: 'cart', marks: marks('https://git.example.com/shop/cart/tree/main/src', SHA) },
      want: { repository: REPOSITORY, revision: SHA },
    },
    {
      name: 'is read from an address for ssh',
      query: { image: 'cart', marks: marks('git@git.example.com:shop/cart.git', SHA) },
      want: { repository: `${REPOSITORY}.git`, revision: SHA },
    },
    {
      name: 'is read from an address without a scheme',
      query: { image: 'cart', marks: marks('git.example.com/shop/cart', SHA) },
      want: { repository: REPOSITORY, revision: SHA },
    },
    {
      name: 'has its commit in the tag',
      query: { image: 'registry:5000/shop/cart:main-3f2a9c1d', marks: marks(REPOSITORY) },
      want: { repository: REPOSITORY, revision: '3f2a9c1d' },
    },
    {
      name: 'has its commit in the tag as git describes it',
      query: { image: 'cart:1.4.0-gdeadbeef1@sha256:00', marks: marks(REPOSITORY) },
      want: { repository: REPOSITORY, revision: 'deadbeef1' },
    },
    {
      name: 'has a version for a tag',
      query: { image: 'cart:v1.4.0', marks: marks(REPOSITORY) },
      want: { repository: REPOSITORY, revision: 'v1.4.0' },
    },
    {
      name: 'is what the configuration knows of the image',
      query: { image: 'registry/shop/cart/api:3f2a9c1', marks: [], known: [{ image: 'registry/shop/cart', repository: REPOSITORY }] },
      want: { repository: REPOSITORY, revision: '3f2a9c1' },
    },
    {
      name: 'is not known of an image whose name only begins alike',
      query: { image: 'registry/shop/cartoon:3f2a9c1', marks: [], known: [{ image: 'registry/shop/cart', repository: REPOSITORY }] },
      want: undefined,
    },
    { name: 'is not known without a commit', query: { image: 'cart:latest', marks: marks(REPOSITORY) }, want: undefined },
    { name: 'is not known from a tag that is a date', query: { image: 'cart:20260101', marks: marks(REPOSITORY) }, want: undefined },
    { name: 'is not known from a port', query: { image: 'registry:5000/cart', marks: marks(REPOSITORY) }, want: undefined },
  ])('$name', ({ query, want }) => {
    expect(originOf(query)).toEqual(want);
  });

  test.each(['--upload-pack=x', '-x', 'a..b', 'a b', 'HEAD~1', '@{u}', 'main^{tree}', 'a'.repeat(200)])(
    'takes %s for no revision',
    (revision) => {
      expect(originOf({ image: 'cart', marks: marks(REPOSITORY, revision) })).toBeUndefined();
    },
  );

  test.each(['file:///etc', 'ext::sh -c id', 'https://user:pw@git.example.com/a/b', 'https://git.example.com/', 'javascript:alert(1)'])(
    'takes %s for no repository',
    (source) => {
      expect(originOf({ image: 'cart', marks: marks(source, SHA) })).toBeUndefined();
    },
  );
});
