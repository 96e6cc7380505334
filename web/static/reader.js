// The one thing that no header tells: which time zone the reader lives in. It is noted in a cookie, and the times of
// this first page are told in it beside the source's. Without this script times are those of the source.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const note = "palimpsest_zone=" + encodeURIComponent(zone || "");
  if (!zone || document.cookie.split("; ").includes(note)) return;
  document.cookie = note + "; path=/; max-age=31536000; samesite=lax";
  for (const time of document.querySelectorAll("time[title]"))
    time.title += " · " + new Date(time.dateTime).toLocaleString("sv", { timeZone: zone }) + " " + zone;
})();
