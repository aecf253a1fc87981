//! What yt-dlp 2026.10.26 writes on standard error, and what it means. Those of the network, files and pages were taken
//! from runs against a server that misbehaves; those of YouTube are put together by the rules of yt-dlp's source from
//! the reasons that YouTube gives.

/// The end of messages that yt-dlp takes for faults of its own.
macro_rules! report {
    ($text:literal) => {
        concat!(
            $text,
            "; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , filling out the appropriate \
             issue template. Confirm you are on the latest version using  yt-dlp -U"
        )
    };
}

/// The end of messages that end in a request to sign in to YouTube.
macro_rules! sign_in {
    ($text:literal) => {
        concat!(
            $text,
            ". Use --cookies-from-browser or --cookies for the authentication. See  \
             https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass \
             cookies. \
             Also see  https://github.com/yt-dlp/yt-dlp/wiki/Extractors#exporting-youtube-cookies  for tips on \
             effectively \
             exporting YouTube cookies"
        )
    };
}

const NO_RUNTIME: &str = "WARNING: [youtube] No supported JavaScript runtime could be found. Only deno is enabled by \
    default; to use another runtime add  --js-runtimes RUNTIME[:PATH]  to your command/config. YouTube extraction \
    without a JS runtime has been deprecated, and some formats may be missing. See  \
    https://github.com/yt-dlp/yt-dlp/wiki/EJS  for details on installing one";
const NO_SOLVER: &str = "WARNING: [youtube] SpineTime01: n challenge solving failed: Some formats may be missing. \
Ensure \
    you have a supported JavaScript runtime and challenge solver script distribution installed. Review any warnings \
    presented before this message. For more details, refer to  https://github.com/yt-dlp/yt-dlp/wiki/EJS";
const OLD: &str = "WARNING: Your yt-dlp version (2026.01.31) is older than 90 days!\n         It is strongly \
recommended \
    to always use the latest version.\n         You installed yt-dlp with pip or using the wheel from PyPi; Use that \
    to \
    update.\n         To suppress this warning, add --no-update to your command/config.";
const POT: &str = "WARNING: [youtube] SpineTime01: web client https formats require a GVS PO Token which was not \
    provided. They will be skipped as they may yield HTTP Error 403. You can manually pass a GVS PO Token for this \
    client with --extractor-args \"youtube:po_token=web.gvs+YYY\". For more information, refer to  \
    https://github.com/yt-dlp/yt-dlp/wiki/PO-Token-Guide";
const STALE: &str = "WARNING: [youtube] The provided YouTube account cookies are no longer valid. They have likely \
been \
    rotated in the browser as a security measure. For tips on how to effectively export YouTube cookies, refer to  \
    https://github.com/yt-dlp/yt-dlp/wiki/Extractors#exporting-youtube-cookies .";
const NO_FORMAT: &str = "ERROR: [youtube] SpineTime01: Requested format is not available. Use --list-formats for a \
list \
    of available formats";
const DATA_403: &str = "ERROR: unable to download video data: HTTP Error 403: Forbidden";

/// What it means, as `Debug` says it, and the lines with their warnings.
pub(super) const SINGLE: &[(&str, &str)] = &[
    // Private.
    (
        "Private",
        sign_in!("ERROR: [youtube] SpineTime01: Private video. Sign in if you've been granted access to this video"),
    ),
    (
        "Private",
        sign_in!("ERROR: [youtube] SpineTime01: Private video. Sign in if you’ve been granted access to this video"),
    ),
    (
        "Private",
        sign_in!(
            "ERROR: [youtube] SpineTime01: This video is private. If the owner of this video has granted you access, \
             please sign in"
        ),
    ),
    ("Private", "ERROR: [youtube:tab] PLabcdefghijkl: YouTube said: This playlist is private"),
    (
        "Private",
        "ERROR: [vimeo] 76979871: Cannot download embed-only video: Because of its privacy settings, this video \
        cannot be \
         played here",
    ),
    ("Private", "ERROR: [vimeo:event] 5116195: This event has not been made available to anyone"),
    // Taken away.
    ("Removed", "ERROR: [youtube] SpineTime01: Video unavailable"),
    ("Removed", "ERROR: [youtube] SpineTime01: Video unavailable. This video is not available"),
    ("Removed", "ERROR: [youtube] SpineTime01: Video unavailable. This video is unavailable"),
    ("Removed", "ERROR: [youtube] SpineTime01: Video unavailable. This video has been removed by the uploader"),
    ("Removed", "ERROR: [youtube] SpineTime01: This video isn't available anymore"),
    ("Removed", "ERROR: [youtube] SpineTime01: This video isn’t available any more"),
    ("Removed", "ERROR: [youtube] SpineTime01: This video does not exist."),
    (
        "Removed",
        "ERROR: [youtube] SpineTime01: Video unavailable. This video is no longer available because the YouTube \
        account \
         associated with this video has been terminated.",
    ),
    (
        "Removed",
        "ERROR: [youtube] SpineTime01: Video unavailable. This video is no longer available because the uploader has \
        closed \
         their YouTube account.",
    ),
    (
        "Removed",
        "ERROR: [youtube] SpineTime01: Video unavailable. This video is no longer available due to a copyright claim \
        by \
         Private Video Music",
    ),
    (
        "Removed",
        "ERROR: [youtube] SpineTime01: This video has been removed for violating YouTube's policy on hate speech. \
        Learn \
         more about combating hate speech in your area.",
    ),
    ("Removed", "ERROR: [youtube] SpineTime01: This live stream recording is not available."),
    ("Removed", "ERROR: [vimeo:event] 5116195: This event video is unavailable"),
    // Members and payment.
    (
        "MembersOnly",
        "ERROR: [youtube] SpineTime01: Join this channel to get access to members-only content like this video, and \
        other \
         exclusive perks.",
    ),
    (
        "MembersOnly",
        "ERROR: [youtube] SpineTime01: This video is available to this channel's members on level: Private video (or \
        any \
         higher level). Join this channel to get access to members-only content and other exclusive perks.",
    ),
    (
        "MembersOnly",
        "ERROR: [youtube] SpineTime01: Join this channel from your computer or Android app to get access to \
        members-only \
         content like this video.",
    ),
    ("MembersOnly", "ERROR: [youtube] SpineTime01: This video is only available to Music Premium members"),
    ("MembersOnly", "ERROR: [youtube] SpineTime01: This video requires payment to watch."),
    // Age.
    (
        "AgeGated",
        sign_in!(
            "ERROR: [youtube] SpineTime01: Sign in to confirm your age. This video may be inappropriate for some users"
        ),
    ),
    (
        "AgeGated",
        "ERROR: [youtube] SpineTime01: This video is age-restricted and only available on YouTube. Learn more",
    ),
    // Countries.
    (
        "GeoBlocked",
        "ERROR: [youtube] SpineTime01: The uploader has not made this video available in your country\nThis video is \
         available in Germany, Austria, Switzerland.\nYou might want to use a VPN or a proxy server (with --proxy) to \
         workaround.",
    ),
    (
        "GeoBlocked",
        "ERROR: [youtube] SpineTime01: Video unavailable. This video contains content from SME, who has blocked it in \
        your \
         country on copyright grounds",
    ),
    (
        "GeoBlocked",
        "ERROR: [generic] talk: This video is not available from your location due to geo restriction\nYou might want \
        to \
         use a VPN or a proxy server (with --proxy) to workaround.",
    ),
    (
        "GeoBlocked",
        "ERROR: [generic] a: Unable to download webpage: HTTP Error 451: Unavailable For Legal Reasons (caused by \
         <HTTPError 451: Unavailable For Legal Reasons>)",
    ),
    // Broadcasts.
    ("LiveNow", "ERROR: [youtube] SpineTime01: This live event has ended."),
    ("LiveNow", "ERROR: [youtube] SpineTime01: We're processing this video. Check back later."),
    ("LiveNow", "[download] SpineTime01 does not pass filter (!is_live & live_status!=?post_live), skipping .."),
    (
        "Upcoming { when: Some(\"in 3 days\") }",
        "WARNING: [youtube] SpineTime01: x\nERROR: [youtube] SpineTime01: This live event will begin in 3 days.",
    ),
    (
        "Upcoming { when: Some(\"in a few moments\") }",
        "ERROR: [youtube] SpineTime01: This live event will begin in a few moments.",
    ),
    ("Upcoming { when: Some(\"in 6 hours\") }", "ERROR: [youtube] SpineTime01: Premieres in 6 hours"),
    ("Upcoming { when: Some(\"shortly\") }", "ERROR: [youtube] SpineTime01: Premiere will begin shortly"),
    ("Upcoming { when: None }", "ERROR: [youtube:tab] @spinecentre: The channel is not currently live"),
    ("Upcoming { when: None }", "ERROR: [vimeo:event] 5116195: This live event is scheduled for 2027-01-05T17:00:00Z"),
    // Robots.
    ("BotCheck", sign_in!("ERROR: [youtube] SpineTime01: Sign in to confirm you're not a bot")),
    ("BotCheck", sign_in!("ERROR: [youtube] SpineTime01: Sign in to confirm you’re not a bot")),
    ("BotCheck", sign_in!("ERROR: [youtube] SpineTime01: Sign in to confirm you\u{fffd}re not a bot")),
    (
        "BotCheck",
        "ERROR: [youtube] SpineTime01: Video unavailable. YouTube is requiring a captcha challenge before playback",
    ),
    (
        "BotCheck",
        "ERROR: [youtube] SpineTime01: All player responses are invalid. Your IP is likely being blocked by Youtube",
    ),
    ("BotCheck", "ERROR: [youtube] SpineTime01: The page needs to be reloaded.. The page needs to be reloaded."),
    (
        "BotCheck",
        "ERROR: [generic] Got HTTP Error 403 caused by Cloudflare anti-bot challenge; see  \
         https://github.com/yt-dlp/yt-dlp#impersonation  for how to install the required impersonation dependency, \
         and try \
         again with  --extractor-args \"generic:impersonate\"",
    ),
    // Refusals by number.
    (
        "Forbidden",
        "ERROR: [generic] a: Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403: \
        Forbidden>)",
    ),
    ("Forbidden", DATA_403),
    (
        "Forbidden",
        "ERROR: \r[download] Got error: HTTP Error 403: Forbidden. Giving up after 1 retries\nERROR: fragment 1 not \
        found, \
         unable to continue",
    ),
    (
        "NotFound",
        "ERROR: [generic] private video: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError \
        404: \
         Not Found>)",
    ),
    (
        "NotFound",
        "ERROR: [generic] a: Unable to download webpage: HTTP Error 410: Gone (caused by <HTTPError 410: Gone>)",
    ),
    ("NotFound", "ERROR: [youtube:tab] PLabcdefghijkl: YouTube said: The playlist does not exist."),
    (
        "NotFound",
        "ERROR: [youtube:tab] @nobody: The channel/playlist does not exist and the URL redirected to youtube.com home \
        page",
    ),
    ("NotFound", "ERROR: [youtube:tab] @nobody: Failed to resolve url (does the playlist exist?)"),
    (
        "RateLimited",
        "ERROR: [youtube] SpineTime01: Unable to download API page: HTTP Error 429: Too Many Requests (caused by \
         <HTTPError 429: Too Many Requests>)",
    ),
    (
        "RateLimited",
        "ERROR: [youtube] SpineTime01: Video unavailable. This content isn't available, try again later. The current \
         session has been rate-limited by YouTube for up to an hour. It is recommended to use `-t sleep` to add a \
         delay \
         between video requests to avoid exceeding the rate limit. For more information, refer to  \
         https://github.com/yt-dlp/yt-dlp/wiki/Extractors#this-content-isnt-available-try-again-later",
    ),
    ("RateLimited", "ERROR: [youtube] SpineTime01: This content isn’t available, try again later."),
    (
        "ServerFault { status: 500 }",
        "ERROR: [generic] a: Unable to download webpage: HTTP Error 500: Internal Server Error (caused by <HTTPError \
        500: \
         Internal Server Error>)",
    ),
    (
        "ServerFault { status: 503 }",
        "ERROR: [download] Got error: HTTP Error 503: Service Unavailable. Giving up after 3 retries",
    ),
    (
        "LoginNeeded",
        "ERROR: [generic] a: Unable to download webpage: HTTP Error 401: Unauthorized (caused by <HTTPError 401: \
         Unauthorized>)",
    ),
    ("LoginNeeded", "ERROR: [zoom] abc: This video is protected by a passcode, use the --video-password option"),
    ("LoginNeeded", sign_in!("ERROR: [youtube:tab] LL: Login details are needed to download this content")),
    ("LoginNeeded", "ERROR: [Panopto] abc: This video is only available for registered users. Use --cookies, ..."),
    // The network.
    (
        "Dns { host: Some(\"www.youtube.com\") }",
        "WARNING: [youtube] SpineTime01: Unable to download webpage: HTTPSConnection(host='www.youtube.com', \
        port=443): \
         Failed to resolve 'www.youtube.com' ([Errno -2] Name or service not known)\nERROR: [youtube] SpineTime01: \
         Unable to \
         download API page: HTTPSConnection(host='www.youtube.com', port=443): Failed to resolve 'www.youtube.com' \
         ([Errno \
         -2] Name or service not known) (caused by TransportError(\"HTTPSConnection(host='www.youtube.com', port=443): \
         Failed to resolve 'www.youtube.com' ([Errno -2] Name or service not known)\"))",
    ),
    (
        "Dns { host: Some(\"login.example\") }",
        "ERROR: [generic] x: Unable to download webpage: HTTPSConnection(host='login.example', port=443): Failed to \
        resolve \
         'login.example' ([Errno -3] Temporary failure in name resolution)",
    ),
    (
        "Dns { host: None }",
        "ERROR: [youtube] SpineTime01: Unable to download webpage: <urlopen error [Errno 11001] getaddrinfo failed> \
        (caused \
         by URLError(gaierror(11001, 'getaddrinfo failed')))",
    ),
    (
        "Dns { host: Some(\"example.org\") }",
        "ERROR: [generic] x: Unable to download webpage: Failed to perform, curl: (6) Could not resolve host: \
        example.org. \
         See https://curl.se/libcurl/c/libcurl-errors.html first for more details.",
    ),
    (
        "Tls",
        report!(
            "ERROR: [generic] a: Unable to download webpage: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify \
            failed: \
             self-signed certificate (_ssl.c:1006) (caused by CertificateVerifyError('[SSL: CERTIFICATE_VERIFY_FAILED] \
             certificate verify failed: self-signed certificate (_ssl.c:1006)'))"
        ),
    ),
    (
        "Tls",
        report!(
            "ERROR: [generic] a: Unable to download webpage: [SSL: WRONG_VERSION_NUMBER] wrong version number \
            (_ssl.c:1006) \
             (caused by SSLError('[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)'))"
        ),
    ),
    (
        "Network",
        "ERROR: [generic] talk: Unable to download webpage: HTTPConnection(host='127.0.0.1', port=9): Failed to \
        establish a \
         new connection: [Errno 111] Connection refused (caused by TransportError(\"...\"))",
    ),
    (
        "Network",
        "ERROR: [generic] a: Unable to download webpage: ('Connection aborted.', ConnectionResetError(104, 'Connection \
         reset by peer')) (caused by TransportError(\"('Connection aborted.', ConnectionResetError(104, 'Connection \
         reset by \
         peer'))\"))",
    ),
    (
        "Network",
        "ERROR: [generic] a: Unable to download webpage: HTTPConnectionPool(host='127.0.0.1', port=8371): Read timed \
        out. \
         (read timeout=3.0)",
    ),
    ("Network", "ERROR: \r[download] Got error: 20000 bytes read, 4980000 more expected. Giving up after 1 retries"),
    (
        "Network",
        report!(
            "ERROR: [generic] a: Unable to download webpage: [SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in \
            violation \
             of protocol (_ssl.c:1006)"
        ),
    ),
    (
        "Network",
        report!(
            "ERROR: [youtube] SpineTime01: Unable to download API page: ('Unable to connect to proxy', \
             NewConnectionError(\"HTTPSConnection(host='127.0.0.1', port=9): Failed to establish a new connection: \
             [Errno \
             111] Connection refused\"))"
        ),
    ),
    ("Network", "ERROR: content too short (expected 5000000 bytes and served 20000)"),
    // This computer.
    ("DiskFull", "\n\nERROR: unable to write data: [Errno 28] No space left on device"),
    ("DiskFull", "ERROR: unable to write data: [Errno 27] File too large"),
    ("DiskFull", "ERROR: Unable to download video: [Errno 122] Disk quota exceeded"),
    ("DiskFull", "ERROR: Unable to create directory: [Errno 2] No such file or directory: '/proc/x'"),
    ("DiskFull", "ERROR: unable to open for writing: [Errno 13] Permission denied: 'recording.webm.part'"),
    (
        "DiskFull",
        "Traceback (most recent call last):\n  File \"x.py\", line 8, in <module>\nOSError: [Errno 28] No space left \
        on device",
    ),
    (
        "Cookies",
        "WARNING: skipping cookie file entry due to invalid length 1: 'hello\\n'\nERROR: 'ck' does not look like a \
        Netscape \
         format cookies file",
    ),
    (
        "Cookies",
        "ERROR: Cookies file must be Netscape formatted, not JSON. See  \
         https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp",
    ),
    ("Cookies", "ERROR: [Errno 21] Is a directory: 'private video'"),
    ("Cookies", "ERROR: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    (
        "Cookies",
        "Traceback (most recent call last):\n  File \"yt_dlp/cookies.py\", line 1305, in open\n    with open(file, \
        'w' if \
         write else 'r', encoding='utf-8') as f:\n         ^^^^^^\nFileNotFoundError: [Errno 2] No such file or \
         directory: \
         '/nowhere/x'",
    ),
    ("ProgramMissing", "ERROR: m3u8 download detected but ffmpeg could not be found. Please install"),
    (
        "ProgramMissing",
        "ERROR: You have requested merging of multiple formats but ffmpeg is not installed. Aborting due to \
         --abort-on-error",
    ),
    (
        "ProgramMissing",
        "ERROR: Postprocessing: ffprobe and ffmpeg not found. Please install or provide the path using \
        --ffmpeg-location",
    ),
    ("ProgramMissing", "python3: No module named yt_dlp"),
    (
        "TooOld { version: \"\" }",
        "\nUsage: yt-dlp [OPTIONS] URL [URL...]\n\nyt-dlp: error: no such option: --js-runtimes",
    ),
    // What is there.
    (
        "NotMedia",
        "WARNING: [generic] Falling back on generic information extractor\nERROR: Unsupported URL: \
        https://example.org/private video",
    ),
    ("NotMedia", "ERROR: [generic] 'notaurl' is not a valid URL"),
    (
        "NotMedia",
        "ERROR: [youtube:truncated_id] N_708: Incomplete YouTube ID N_708. URL https://www.youtube.com/watch?v=N_708 \
        looks truncated.",
    ),
    ("NotMedia", "ERROR: [youtube:tab] @spinecentre: This channel does not have a streams tab"),
    ("NotMedia", "\n\nERROR: Did not get any data blocks"),
    ("NotMedia", "ERROR: The downloaded file is empty"),
    (
        "NoSound",
        "ERROR: [generic] a: Requested format is not available. Use --list-formats for a list of available formats",
    ),
    ("NoSound", report!("ERROR: [generic] a: No video formats found!")),
    ("Drm", "ERROR: [youtube] SpineTime01: This video is DRM protected"),
    (
        "Drm",
        "ERROR: [DRM] The requested site is known to use DRM protection. It will NOT be supported.\nPlease DO NOT \
        open an \
         issue, unless you have evidence that the video is not DRM protected",
    ),
    ("TooLarge", "[download] File is larger than max-filesize (5000000 bytes > 1048576 bytes). Aborting."),
    ("TooLong", "[download] a does not pass filter (duration<10), skipping .."),
];

/// The same, where several lines together say it.
pub(super) const TOGETHER: &[(&str, &[&str])] = &[
    ("NoRuntime", &[NO_RUNTIME, NO_FORMAT]),
    (
        "NoRuntime",
        &[NO_SOLVER, "WARNING: Only images are available for download. use --list-formats to see them", NO_FORMAT],
    ),
    ("NoRuntime", &[OLD, NO_RUNTIME, DATA_403]),
    ("NoSound", &[POT, NO_FORMAT]),
    ("TooOld { version: \"2026.01.31\" }", &[OLD, NO_FORMAT]),
    ("TooOld { version: \"2026.01.31\" }", &[OLD, POT, DATA_403]),
    (
        "TooOld { version: \"2026.01.31\" }",
        &[OLD, report!("ERROR: [youtube] SpineTime01: Unable to extract yt initial data")],
    ),
    ("Removed", &[OLD, NO_RUNTIME, "ERROR: [youtube] SpineTime01: Video unavailable"]),
    (
        "RateLimited",
        &[
            "WARNING: [youtube] SpineTime01: Unable to download API page: HTTP Error 429: Too Many Requests (caused by \
             <HTTPError 429: Too Many Requests>)",
            report!("ERROR: [youtube] SpineTime01: Failed to extract any player response"),
        ],
    ),
    (
        "Drm",
        &[
            "WARNING: [youtube] SpineTime01: Some tv client https formats have been skipped as they are DRM \
            protected. ",
            NO_FORMAT,
        ],
    ),
    ("Cookies", &[STALE, sign_in!("ERROR: [youtube] SpineTime01: Sign in to confirm you’re not a bot")]),
    ("Removed", &[STALE, "ERROR: [youtube] SpineTime01: Video unavailable"]),
    // What was said last counts, unless it says little.
    (
        "Network",
        &[
            "ERROR: [youtube] SpineTime01: Video unavailable",
            "ERROR: content too short (expected 5 bytes and served 2)",
        ],
    ),
    (
        "DiskFull",
        &[
            "ERROR: unable to write data: [Errno 28] No space left on device",
            "ERROR: fragment 3 not found, unable to continue",
        ],
    ),
    (
        "Forbidden",
        &[
            "[download] Got error: HTTP Error 403: Forbidden. Retrying fragment 1 (1/1)...",
            "ERROR: The downloaded file is empty",
        ],
    ),
    (
        "Dns { host: Some(\"a.example\") }",
        &[
            "ERROR: [generic] x: Unable to download webpage: Failed to resolve 'a.example' ([Errno -2] Name or \
            service not known)",
            "Traceback (most recent call last):\n  File \"yt_dlp/cookies.py\", line 1305, in open\nFileNotFoundError: \
            x",
        ],
    ),
];
