/** Files that are to be sent, on a page: what is chosen, what is on its way. The widget loads this when it is needed. */
import { showProgress } from "./attachment-view.js";
import { Blobs } from "./blobs.js";
import { loadStyle } from "./dom.js";
import { FILE_WORDS } from "./file-words.js";
import { fileSender, measure } from "./send-file.js";
import { Tray } from "./tray.js";
import { Uploads } from "./uploads.js";

export class FilesDesk {
  /**
   * `form`: the composer's; `words`: get the words of files too; `language`; `query` and `headers()` say who sends (see
   * send-file.js); `canSend()`: whether that is known yet; `onchange()` after any change; `kept`: see tray.js.
   */
  constructor({ form, words, language, outbox, query, headers, canSend, onchange, kept }) {
    Object.assign(words, FILE_WORDS[language]);
    loadStyle("tray.css").catch(() => {}); // it serves without, too
    this.uploads = new Uploads({ outbox, measure, canSend, blobs: new Blobs(), send: fileSender({ query, headers }) });
    this.tray = new Tray({ form, words, uploads: this.uploads, onchange, kept });
    this.uploads.onchange = onchange;
    this.uploads.onprogress = showProgress;
  }

  /** How many files would go along. */
  get count() {
    return this.tray.count;
  }

  /** Take files in that were chosen. */
  add(blobs) {
    this.tray.add(blobs);
  }

  /** The files for a message that is being sent, as a part of its body. */
  take() {
    return this.count ? { attachments: this.tray.take() } : {};
  }

  /** What a row shows of a file that is on its way. */
  local(key) {
    return { picture: this.tray.picture(key), entry: this.uploads.find(key) };
  }

  /** Send what waits, show what there is. */
  update() {
    this.uploads.run();
    this.tray.render();
  }
}
