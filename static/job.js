// A piece of long work: looks again every two seconds and shows how far it is, until it is over.
// Without this script the page loads itself again.
(() => {
  const PAUSE = 2000; // ms
  const here = () => document.getElementById("job");

  const look = async () => {
    let page;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      setTimeout(look, PAUSE); // the line is bad: the work goes on, so do we
      return;
    }
    const found = page.getElementById("job");
    if (!found || !("underWay" in found.dataset)) {
      location.reload();
      return;
    }
    if (found.innerHTML !== here().innerHTML) here().replaceChildren(...found.childNodes);
    setTimeout(look, PAUSE);
  };

  if (here() && "underWay" in here().dataset) setTimeout(look, PAUSE);
})();
