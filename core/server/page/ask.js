// Asking the server for JSON.

/** `{data}`, or `{error}`: a sentence for people, whatever went wrong. */
export async function ask(url) {
  try {
    const answer = await fetch(url);
    const data = await answer.json();
    return answer.ok ? { data } : { error: data.error };
  } catch {
    return { error: "Closare doesn't answer" };
  }
}
