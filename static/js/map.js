// The map: wards and suburbs from our own data, tickets as markers, and the pin of a new report.
// Leaflet is only loaded when somebody wants to see a map.

const PHONE = window.matchMedia("(max-width: 63.99rem)");
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
let leafletLoading = null;

function loadLeaflet({ leafletJs, leafletCss }) {
  leafletLoading ??= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: leafletCss });
    const script = Object.assign(document.createElement("script"), { src: leafletJs, onload: resolve, onerror: reject });
    document.head.append(style, script);
  });
  return leafletLoading;
}

async function readJson(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

const SVG = "http://www.w3.org/2000/svg";

function icon(sprite, name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function text(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  if (className) element.className = className;
  return element;
}

function wardStyle(chosen) {
  return { className: chosen ? "map-ward map-ward-chosen" : "map-ward" };
}

// Wards below, then the suburbs' names as far as they fit beside each other and the markers.
function drawPlaces(L, map, places, options) {
  const wards = L.geoJSON(places, {
    filter: ({ geometry }) => geometry.type !== "Point",
    style: ({ properties }) => wardStyle(properties.ward === options.ward),
    interactive: false,
  }).addTo(map);
  const labels = L.layerGroup().addTo(map);
  map.createPane("names").style.zIndex = 450;
  const names = places.features.filter(({ geometry }) => geometry.type === "Point");
  const redraw = () => {
    labels.clearLayers();
    const view = map.getBounds();
    const taken = options.markers().map((marker) => map.latLngToContainerPoint(marker.getLatLng()));
    for (const { geometry, properties } of names) {
      const [longitude, latitude] = geometry.coordinates;
      if (!view.contains([latitude, longitude])) continue;
      const spot = map.latLngToContainerPoint([latitude, longitude]);
      if (taken.some((other) => Math.abs(other.x - spot.x) < 90 && Math.abs(other.y - spot.y) < 26)) continue;
      taken.push(spot);
      const html = text("span", properties.name, "map-label");
      labels.addLayer(L.marker([latitude, longitude], { pane: "names", icon: L.divIcon({ className: "", html, iconSize: [0, 0] }), interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", redraw);
  return wards;
}

function pinIcon(L, sprite, tone, shape, extra = "") {
  // Leaflet moves the outer element by its transform, so the drop shape is turned inside it.
  const pin = document.createElement("span");
  pin.className = `map-pin tone-${tone} ${extra}`;
  pin.append(icon(sprite, shape));
  return L.divIcon({ className: "", html: pin, iconSize: [36, 36], iconAnchor: [18, 42], popupAnchor: [0, -40] });
}

// Tickets that would lie on each other become one circle with a number; opening it comes nearer. As near as the map
// comes, it shows a list of them instead.
const APART = 52;
const CLOSE_APART = 24;
const NEAREST = 17;

function drawMarkers(L, map, markers, data) {
  const layer = L.layerGroup().addTo(map);
  let drawn = [];
  const redraw = () => {
    // Who walks through the markers with the keyboard stays at the same ticket.
    const held = drawn.find(({ marker }) => marker.getElement() === document.activeElement)?.features[0];
    layer.clearLayers();
    drawn = gather(L, map, markers.features).map(({ features }) => {
      const marker = features.length === 1 ? ticketMarker(L, features[0], data) : cluster(L, map, features, data);
      layer.addLayer(marker);
      makeButton(marker);
      return { marker, features };
    });
    if (held) drawn.find(({ features }) => features.includes(held))?.marker.getElement().focus({ preventScroll: true });
  };
  map.on("zoomend", redraw);
  redraw();
  return () => drawn.map(({ marker }) => marker);
}

function gather(L, map, features) {
  const zoom = map.getZoom();
  const apart = zoom < NEAREST ? APART : CLOSE_APART;
  const groups = [];
  for (const feature of features) {
    const [longitude, latitude] = feature.geometry.coordinates;
    const spot = map.project([latitude, longitude], zoom);
    const near = groups.find((group) => group.spot.distanceTo(spot) < apart);
    if (near) near.features.push(feature);
    else groups.push({ spot, features: [feature] });
  }
  return groups;
}

// Leaflet gives only pictures an alternative text, and takes Enter only where there is a popup.
function makeButton(marker) {
  const element = marker.getElement();
  element.setAttribute("aria-label", marker.options.title);
  element.addEventListener("keydown", (event) => {
    if (event.key !== " " && (event.key !== "Enter" || marker.getPopup())) return;
    event.preventDefault();
    marker.fire("click", { latlng: marker.getLatLng(), originalEvent: event });
  });
}

function ticketWords({ properties }) {
  const words = document.createElement("p");
  const link = text("a", properties.title);
  link.href = properties.url;
  words.append(link, text("span", properties.status));
  if (properties.promise) words.append(text("span", properties.promise, "soft"));
  return words;
}

function popupOf(features) {
  const popup = document.createElement("div");
  popup.className = "map-popup";
  popup.append(...features.map(ticketWords));
  return popup;
}

function ticketMarker(L, feature, data) {
  const { geometry, properties } = feature;
  const [longitude, latitude] = geometry.coordinates;
  const options = { icon: pinIcon(L, data.sprite, properties.tone, properties.shape), title: `${properties.title} (${properties.status})`, riseOnHover: true };
  return L.marker([latitude, longitude], options).bindPopup(popupOf([feature]), { minWidth: 190, maxHeight: 220 });
}

function cluster(L, map, features, data) {
  const spots = features.map(({ geometry }) => L.latLng(geometry.coordinates[1], geometry.coordinates[0]));
  const size = features.length < 10 ? 38 : features.length < 100 ? 46 : 54;
  const circle = L.divIcon({ className: "", html: text("span", String(features.length), "map-cluster"), iconSize: [size, size] });
  const marker = L.marker(spots[0], { icon: circle, title: data.wordMany.replace("{count}", features.length) });
  if (map.getZoom() >= NEAREST) return marker.bindPopup(popupOf(features), { minWidth: 190, maxHeight: 220 });
  return marker.on("click", () => map.fitBounds(L.latLngBounds(spots).pad(0.3), { maxZoom: NEAREST }));
}

// Enter opens a marker and leads into what it says; Escape closes that and leads back.
function preparePopups(map, element, data) {
  let opener = null;
  map.on("popupopen", ({ popup }) => {
    const shown = popup.getElement();
    shown.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", data.wordClose);
    opener = element.contains(document.activeElement) && document.activeElement.matches(".leaflet-marker-icon:focus-visible") ? document.activeElement : null;
    if (opener) shown.querySelector("a[href]")?.focus({ preventScroll: true });
  });
  map.on("popupclose", () => {
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") map.closePopup();
  });
}

async function show(element) {
  const data = element.dataset;
  if (data.state) return;
  data.state = "loading";
  try {
    const [, places, markers] = await Promise.all([loadLeaflet(data), readJson(data.places), data.markers ? readJson(data.markers) : null]);
    draw(element, places, markers);
    data.state = "ready";
  } catch (error) {
    console.error(error);
    data.state = "";
    element.querySelector(".map-waiting")?.replaceChildren(text("p", data.wordFailed, "map-note"));
  }
}

function draw(element, places, markers) {
  const L = window.L;
  const data = element.dataset;
  element.replaceChildren();
  element.classList.add("is-loaded");
  const moves = !STILL.matches;
  const map = L.map(element, { zoomAnimation: moves, fadeAnimation: moves, markerZoomAnimation: moves, inertia: moves, zoomControl: false, attributionControl: Boolean(data.tiles), scrollWheelZoom: data.map !== "ticket", minZoom: 8, maxZoom: 18, zoomSnap: 0.5 });
  L.control.zoom({ zoomInTitle: data.wordNearer, zoomOutTitle: data.wordFarther }).addTo(map);
  preparePopups(map, element, data);
  if (data.tiles) {
    element.classList.add("map-tiled");
    L.tileLayer(data.tiles, { attribution: data.attribution }).addTo(map);
  }
  map.setView([0, 0], 8);
  let drawn = () => [];
  const ward = data.ward ? Number(data.ward) : null;
  const wards = drawPlaces(L, map, places, { ward, markers: () => drawn() });
  const point = data.latitude ? L.latLng(Number(data.latitude), Number(data.longitude)) : null;
  if (data.map === "pin") preparePin(L, map, element, point);
  else if (point && data.map === "ticket") L.marker(point, { icon: pinIcon(L, data.sprite, data.tone, data.shape), alt: data.wordHere, keyboard: false }).addTo(map);
  else if (point) L.circleMarker(point, { radius: 9, className: "map-me" }).addTo(map);
  if (markers) drawn = drawMarkers(L, map, markers, data);
  startView(L, map, { point, wards, ward, markers, isTiled: Boolean(data.tiles) });
}

function startView(L, map, { point, wards, ward, markers, isTiled }) {
  // A place without streets around it says nothing: then its whole ward is shown, as where a ward was chosen.
  const chosen = wards.getLayers().find(({ feature }) => ward !== null && feature.properties.ward === ward);
  if (chosen && !(point && isTiled)) return map.fitBounds(chosen.getBounds().pad(0.1), { maxZoom: 15 });
  const nearest = (markers?.features ?? []).slice(0, 8).map(({ geometry }) => [geometry.coordinates[1], geometry.coordinates[0]]);
  if (point && nearest.length) return map.fitBounds(L.latLngBounds([point, ...nearest]).pad(0.15), { maxZoom: 15 });
  if (point) return map.setView(point, isTiled ? 15 : 13);
  const spots = (markers?.features ?? []).map(({ geometry }) => [geometry.coordinates[1], geometry.coordinates[0]]);
  if (spots.length) return map.fitBounds(L.latLngBounds(core(spots)).pad(0.15), { maxZoom: 15 });
  const all = wards.getBounds();
  return all.isValid() ? map.fitBounds(all.pad(-0.15)) : map;
}

// Where most of them are: a few far away ones must not make the rest too small to tell apart.
function core(spots) {
  const between = (axis) => {
    const sorted = spots.map((spot) => spot[axis]).sort((a, b) => a - b);
    return [sorted[Math.floor((sorted.length - 1) * 0.08)], sorted[Math.ceil((sorted.length - 1) * 0.92)]];
  };
  const [south, north] = between(0);
  const [west, east] = between(1);
  return [[south, west], [north, east]];
}

// Report, step two: a click, a drag or the phone's own position sets the pin and the hidden fields.
function preparePin(L, map, element, start) {
  const form = element.closest("[data-pin-form]");
  const latitude = form.elements.latitude;
  const longitude = form.elements.longitude;
  let pin = null;
  const put = (spot) => {
    latitude.value = spot.lat.toFixed(6);
    longitude.value = spot.lng.toFixed(6);
    form.dispatchEvent(new CustomEvent("pinned", { bubbles: true }));
    if (pin) {
      pin.setLatLng(spot);
      return;
    }
    pin = L.marker(spot, { icon: pinIcon(L, element.dataset.sprite, "progress", "near", "map-pin-me"), draggable: true, autoPan: true, alt: element.dataset.wordHere }).addTo(map);
    pin.on("dragend", () => put(pin.getLatLng()));
  };
  map.on("click", ({ latlng }) => put(latlng));
  form.addEventListener("located", ({ detail }) => {
    const spot = L.latLng(detail.latitude, detail.longitude);
    put(spot);
    map.setView(spot, 17);
  });
  if (start) put(start);
}

function prepareLocate(button) {
  const form = button.closest("form");
  const status = form.querySelector("[data-locate-status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = button.dataset.wordBusy;
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        status.textContent = button.dataset.wordFound;
        form.dispatchEvent(new CustomEvent("pinned", { bubbles: true }));
        const element = form.querySelector("[data-map]");
        element.dataset.latitude = coords.latitude;
        element.dataset.longitude = coords.longitude;
        await show(element);
        form.dispatchEvent(new CustomEvent("located", { detail: coords }));
      },
      () => {
        status.textContent = button.dataset.wordRefused;
      },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

for (const element of document.querySelectorAll("[data-map]")) {
  const button = element.querySelector("[data-map-show]");
  button.hidden = false;
  button.addEventListener("click", () => show(element));
  // On a wide screen without a wish to save data, the map of a list comes by itself.
  if (element.dataset.map === "markers" && !PHONE.matches && !navigator.connection?.saveData) show(element);
}
for (const button of document.querySelectorAll("[data-locate]")) if (navigator.geolocation) prepareLocate(button);
