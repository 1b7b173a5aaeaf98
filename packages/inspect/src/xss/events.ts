/**
 * Events whose handlers are attributes: HTML §8.1.8.2, Pointer Events, Touch Events, SVG 2, CSS Animations and Transitions, media and
 * fullscreen extensions, and those of old Internet Explorer. Without `on`. A name of this list is an event wherever it stands; any
 * other `on…` is one inside a tag only.
 */
export const EVENTS: ReadonlySet<string> = new Set(
  (
    'abort activate afterprint afterscriptexecute afterupdate animationcancel animationend animationiteration animationstart auxclick ' +
    'beforeactivate beforecopy beforecut beforedeactivate beforeeditfocus beforeinput beforematch beforepaste beforeprint ' +
    'beforescriptexecute beforetoggle beforeunload beforeupdate begin blur bounce cancel canplay canplaythrough cellchange change ' +
    'click close command compositionend compositionstart compositionupdate contextlost contextmenu contextrestored controlselect copy ' +
    'cuechange cut dataavailable datasetchanged datasetcomplete dblclick deactivate drag dragdrop dragend dragenter dragexit dragleave ' +
    'dragover dragstart drop durationchange emptied end ended error errorupdate filterchange finish focus focusin focusout formdata ' +
    'formchange forminput fullscreenchange fullscreenerror gotpointercapture hashchange help input invalid keydown keypress keyup ' +
    'languagechange layoutcomplete load loadeddata loadedmetadata loadend loadstart losecapture lostpointercapture mediacomplete ' +
    'mediaerror message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup mousewheel move moveend ' +
    'movestart offline online open orientationchange outofsync page pagehide pagereveal pageshow pageswap paste pause play playing pointercancel pointerdown ' +
    'pointerenter pointerleave pointermove pointerout pointerover pointerrawupdate pointerup popstate progress propertychange ' +
    'ratechange readystatechange rejectionhandled repeat reset resize resizeend resizestart resume reverse rowdelete rowenter rowexit ' +
    'rowinserted rowsdelete rowsenter rowsinserted scroll scrollend scrollsnapchange scrollsnapchanging search securitypolicyviolation ' +
    'seek seeked seeking select selectionchange selectstart show slotchange stalled start stop storage submit suspend syncrestored ' +
    'timeerror timeupdate toggle touchcancel touchend touchmove touchstart trackchange transitioncancel transitionend transitionrun ' +
    'transitionstart undo unhandledrejection unload unmute urlflip volumechange waiting webkitanimationend webkitanimationiteration ' +
    'webkitanimationstart webkitcurrentplaybacktargetiswirelesschanged webkitfullscreenchange webkitfullscreenerror ' +
    'webkitmouseforcechanged webkitmouseforcedown webkitmouseforceup webkitmouseforcewillbegin webkitplaybacktargetavailabilitychanged ' +
    'webkitpresentationmodechanged webkittransitionend webkitwillrevealbottom wheel zoom'
  ).split(' '),
);

/** True when an attribute name is the handler of a known event, whatever it is set to. */
export function isEventHandler(name: string): boolean {
  return name.startsWith('on') && EVENTS.has(name.slice(2));
}
