import Bowser from 'bowser';

/** A user agent in words, such as `Firefox 144 on Windows`; null when there is none. */
export function deviceOf(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const { browser, os } = Bowser.parse(userAgent.slice(0, 512));
  if (!browser.name) return userAgent.split(/[\s(]/, 1)[0]!.slice(0, 100) || null;
  const version = browser.version?.split('.')[0];
  const program = version ? `${browser.name} ${version}` : browser.name;
  return (os.name ? `${program} on ${os.name}` : program).slice(0, 100);
}
