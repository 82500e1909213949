import { parseS3Url } from './s3-url.js';

describe('parseS3Url', () => {
  it('reads every part', () => {
    const url = 's3://files/bailiwick/eu?endpoint=http://minio:9000&region=eu-central-1&path_style=true';
    expect(parseS3Url(url)).toEqual({
      place: {
        bucket: 'files',
        prefix: 'bailiwick/eu/',
        endpoint: 'http://minio:9000',
        region: 'eu-central-1',
        pathStyle: true,
      },
      mistakes: [],
    });
    expect(parseS3Url('s3://files').place).toEqual({
      bucket: 'files',
      prefix: '',
      endpoint: null,
      region: null,
      pathStyle: false,
    });
  });

  it.each([
    'files',
    'https://files',
    's3://',
    's3://Up_per',
    's3://files/a//b',
    's3://files/../b%20c',
    's3://key:secret@files',
    's3://files#here',
    's3://files?bucket=other',
    's3://files?region=eu&region=us',
    's3://files?endpoint=minio:9000',
    's3://files?endpoint=http://minio:9000/path',
    's3://files?region=EU%20West',
    's3://files?path_style=yes',
  ])('refuses %s', url => {
    expect(parseS3Url(url).place).toBeNull();
  });

  it('lists all that is wrong', () => {
    expect(parseS3Url('s3://k:s@x?endpoint=x&path_style=1').mistakes).toEqual([
      expect.stringContaining('bucket'),
      expect.stringContaining('credentials'),
      expect.stringContaining('endpoint'),
      expect.stringContaining('path_style'),
    ]);
  });
});
