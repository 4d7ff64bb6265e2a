/** One file over HTTP, with its progress: what `fetch` does not tell. */
import { Refusal } from "./line.js";

/** The function that `Uploads` sends with. `query`: of the address; `headers()`: what says who sends it. */
export function fileSender({ query = "", headers = () => ({}), Request = globalThis.XMLHttpRequest }) {
  return (blob, { key, name, onprogress, signal }) =>
    new Promise((resolve, reject) => {
      const request = new Request();
      request.open("POST", `/uploads${query}`);
      request.responseType = "json";
      const said = { "X-Upload-Ref": key, "X-Upload-Name": encodeURIComponent(name), ...headers() };
      for (const [header, value] of Object.entries(said)) request.setRequestHeader(header, value);
      request.upload.onprogress = ({ loaded, total }) => onprogress(total ? loaded / total : 0);
      request.onload = () => (request.status === 201 ? resolve(request.response) : reject(refusalOf(request)));
      request.onerror = request.ontimeout = request.onabort = () => reject(new Refusal({ code: "no_answer" }));
      signal?.addEventListener("abort", () => request.abort());
      request.send(blob);
    });
}

function refusalOf({ status, response }) {
  const known = response?.error ?? {};
  return new Refusal({ ...known, code: known.code ?? (status === 413 ? "too_long" : status >= 500 ? "unavailable" : "bad_request") });
}

/** A picture's width and height, as it is to be shown. */
export async function measure(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}
