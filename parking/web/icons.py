"""Our own few icons: lines on a grid of 24, which take the colour and weight of the text beside them."""

from __future__ import annotations

from typing import Final

ICONS: Final = {
    "alert": '<path d="M12 3.5 2.5 20h19L12 3.5Z"/><path d="M12 10v4.5M12 17.3v.2"/>',
    "arrow": '<path d="M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5"/>',
    "back": '<path d="M19.5 12h-15M11 5.5 4.5 12l6.5 6.5"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M3.5 10h17M8 3v4M16 3v4"/>',
    "camera": '<path d="M3.5 8.5a2 2 0 0 1 2-2H8l1.6-2.3h4.8L16 6.5h2.5a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2Z"/><circle cx="12" cy="13" r="3.6"/>',
    "car": (
        '<path d="M4 16.5v-4l2-5.6A2 2 0 0 1 7.9 5.5h8.2a2 2 0 0 1 1.9 1.4l2 5.6v4H4Z"/>'
        '<path d="M4 12.5h16M7 16.5v2M17 16.5v2M7.5 14.5h.2M16.3 14.5h.2"/>'
    ),
    "card": '<rect x="2.5" y="5.5" width="19" height="13" rx="2.5"/><path d="M2.5 10h19M6 15h3.5"/>',
    "cash": '<rect x="2.5" y="6" width="19" height="12" rx="2"/><circle cx="12" cy="12" r="2.7"/><path d="M6 9.2v.1M18 14.7v.1"/>',
    "chart": '<path d="M4 4v16h16"/><path d="m7.5 14 3.5-4 3 2.5 5-6"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.2V12l3.2 2"/>',
    "coins": '<ellipse cx="9" cy="7" rx="5.5" ry="3"/><path d="M3.5 7v5c0 1.7 2.5 3 5.5 3M3.5 12v5c0 1.7 2.5 3 5.5 3"/><ellipse cx="15.5" cy="13.5" rx="5" ry="2.7"/><path d="M10.5 13.5v4.5c0 1.5 2.2 2.7 5 2.7s5-1.2 5-2.7v-4.5"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15"/>',
    "gate": '<path d="M4 20.5v-10a2 2 0 0 1 2-2h2v12M2.5 20.5h7M8 11l13-4.5"/><path d="m12.3 9.5 1 2M16.8 8l1 2"/>',
    "grid": '<rect x="3.5" y="4" width="7" height="7" rx="1.5"/><rect x="13.5" y="4" width="7" height="7" rx="1.5"/><rect x="3.5" y="14" width="7" height="7" rx="1.5"/><rect x="13.5" y="14" width="7" height="7" rx="1.5"/>',
    "hand": '<path d="M8 12.5V6a1.5 1.5 0 0 1 3 0v5M11 10.5V4.8a1.5 1.5 0 0 1 3 0v5.7M14 10.5V6.3a1.5 1.5 0 0 1 3 0v8.2c0 3.5-2 6-5.5 6-2.7 0-4-1.2-5.2-3.2L4 13.5c-.8-1.4 1-2.6 2-1.5l2 2"/>',
    "home": '<path d="m3.5 11 8.5-7 8.5 7M6 9.5v10h12v-10"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 7.8V8"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "light": '<path d="M9.5 17.5h5M10.5 20.5h3M8.8 14.6a5.8 5.8 0 1 1 6.4 0c-.5.4-.7.9-.7 1.4v1.5h-5V16c0-.5-.2-1-.7-1.4Z"/>',
    "minus": '<path d="M5 12h14"/>',
    "muted": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z"/><path d="m16 10 4.5 4.5M20.5 10 16 14.5"/>',
    "offline": '<path d="M3.5 9.5a12.5 12.5 0 0 1 5-2.9M20.5 9.5a12.6 12.6 0 0 0-7-3.3M7 13.3a7.5 7.5 0 0 1 4-2M12 18.5v.2M4 4l16 16"/>',
    "pen": '<path d="M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5l-4.5 1Z"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M11 18.5h2"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "receipt": '<path d="M5.5 3.5v17l2.2-1.5 2.1 1.5 2.2-1.5 2.2 1.5 2.1-1.5 2.2 1.5v-17Z"/><path d="M9 8.5h6M9 12.5h6"/>',
    "refresh": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.2M19.5 4v4.8h-4.8"/>',
    "scan": '<path d="M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5M4 12h16"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "sound": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"/>',
    "tag": '<path d="M4 12V5.5A1.5 1.5 0 0 1 5.5 4H12l8.5 8.5-8 8L4 12Z"/><path d="M8.3 8.3h.2"/>',
    "ticket": '<path d="M3.5 7.5a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v2a2.5 2.5 0 0 0 0 5v2a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-2a2.5 2.5 0 0 0 0-5Z"/><path d="M14 6v2.5M14 11v2M14 15.5V18"/>',
    "undo": '<path d="M9 5 4.5 9.5 9 14"/><path d="M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "wrench": '<path d="M14.5 6.5a4.5 4.5 0 0 1 5.6-1.2l-2.9 2.9.6 2 2 .6 2.9-2.9" transform="translate(-2.2 0)"/><path d="m14 11-8.5 8.5-2-2L12 9"/>',
}
