import { imageSize } from 'image-size';

export interface Dimensions {
  readonly width: number | null;
  readonly height: number | null;
}

const NONE: Dimensions = { width: null, height: null };
/** What the database takes, and more than any image has. */
const LARGEST = 2 ** 31 - 1;
/** The root element of an SVG stands near its beginning; searching for it in more would take long. */
const SVG_BYTES = 4_096;

/**
 * Width and height of an image in pixels, as its header says: nothing is decoded, however much it would unfold to. None
 * of what is no image, or does not say it in the beginning of the file.
 */
export function dimensionsOf(head: Buffer, contentType: string): Dimensions {
  if (!contentType.startsWith('image/')) return NONE;
  try {
    const size = imageSize(contentType === 'image/svg+xml' ? head.subarray(0, SVG_BYTES) : head);
    const [width, height] = [Math.round(size.width), Math.round(size.height)];
    return isSound(width) && isSound(height) ? { width, height } : NONE;
  } catch {
    // It says that it does not know.
    return NONE;
  }
}

function isSound(pixels: number): boolean {
  return pixels >= 1 && pixels <= LARGEST;
}
