import type { MediaFileEntity } from './media-file.entity.js';

/** Routers and proxies take no segment of any length. */
const LONGEST_NAME = 80;
const LONGEST_ENDING = 12;

/** The path under which a file is served. Its id decides; the name is for readers. */
export function cdnPath({
  project_id,
  id,
  name,
}: Pick<MediaFileEntity, 'project_id' | 'id' | 'name'>): string {
  return `/cdn/${project_id}/${id}/${encodeURIComponent(segmentOf(name))}`;
}

/** The same address with nothing of the name. */
export function withoutName(url: string): string {
  return url.replace(/(\/cdn\/prj_[^/]+\/med_[^/]+\/)[^/?]*/, '$1file');
}

/** As much of a name as a path may end in, without what browsers and proxies would read as a part of the path. */
function segmentOf(name: string): string {
  const plain = name.replace(/[/\\]/g, '-');
  if (/^\.{0,2}$/.test(plain)) return 'file';
  const characters = [...plain];
  if (characters.length <= LONGEST_NAME) return plain;
  const dot = characters.lastIndexOf('.');
  const ending = dot >= characters.length - LONGEST_ENDING ? characters.slice(dot) : [];
  return [...characters.slice(0, LONGEST_NAME - ending.length), ...ending].join('');
}
