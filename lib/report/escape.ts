/**
 * Text from a capture (names, comments, payload, file names) is hostile until shown otherwise. Every such string passes
 * one of these on its way out: `plain` before a terminal or any text file, and the others, which begin with `plain`,
 * before the markup that they are named after.
 */

/**
 * Everything that draws nothing or moves what is drawn: controls, escapes and C1 (Cc), bidirectional and zero-width
 * formatting (Cf), lone surrogates (Cs), private and unassigned code points, line separators, variation selectors and
 * fillers (Default_Ignorable_Code_Point).
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const ORDINARY = /^[\x20-\x7e]*$/;

/** The text with everything hidden made visible (`\x1b`, `\u{202e}`): one line, safe at a terminal. */
export function plain(text: string): string {
  return ORDINARY.test(text) ? text : text.replace(HIDDEN, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** JSON text in which no hidden character stands raw: they are written as `\uXXXX`, so that it stays the same value. */
export function json(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return ASCII.test(text) ? text : text.replace(HIDDEN, (c) => (c === '\n' ? c : utf16(c)));
}

const ASCII = /^[\n\x20-\x7e]*$/;

function utf16(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++) {
    text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return text;
}

const MARKUP: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML and XML, in text and in quoted attributes alike. */
export function markup(text: string): string {
  return plain(text).replace(/[&<>"']/g, (c) => MARKUP[c]!);
}

/** For running text in Markdown: nothing in it is formatting, a link, an image, a mention or HTML. */
export function markdown(text: string): string {
  return plain(text)
    .replace(/[&<>]/g, (c) => MARKUP[c]!)
    .replace(/[\\`*_[\]|~]|^[-+=]/g, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/[@#](?=\w)/g, '$&&#8203;')
    .replace(/(https?|ftp):/gi, '$1&#58;')
    .replace(/\bwww\./gi, 'www&#46;');
}

/** As `markdown`, but what stands between backticks becomes a code span. */
export function markdownProse(text: string): string {
  return codeSpans(text, markdown, markdownCode);
}

/** As `markup`, but what stands between backticks becomes a `code` element. */
export function markupProse(text: string): string {
  return codeSpans(text, markup, (code) => `<code>${markup(code)}</code>`);
}

function codeSpans(text: string, prose: (text: string) => string, code: (text: string) => string): string {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, i) => (i % 2 === 1 ? code(part) : part === '' ? '' : prose(part))).join('');
}

/** A Markdown code span that holds the text whatever backticks it has. */
export function markdownCode(text: string): string {
  const safe = plain(text).replace(/\|/g, '\\|');
  const fence = '`'.repeat(Math.max(0, ...[...safe.matchAll(/`+/g)].map((run) => run[0].length)) + 1);
  return /^`|`$/.test(safe) ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** For the message of a workflow command (`::error::MESSAGE`). */
export function annotation(text: string): string {
  return plain(text).replace(/%/g, '%25');
}

/** For a property of a workflow command (`::error title=PROPERTY::`). */
export function annotationProperty(text: string): string {
  return annotation(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** One field of a CSV line (RFC 4180). A leading sign of a formula is defused, so that no spreadsheet runs it. */
export function csv(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value !== 'string') {
    return String(value);
  }
  const safe = /^[=+\-@]/.test(value) ? `'${plain(value)}` : plain(value);
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
