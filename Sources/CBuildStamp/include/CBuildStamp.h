// What this program was built from.

#ifndef CBUILDSTAMP_H
#define CBUILDSTAMP_H

/// The commit of the sources, 40 hexadecimal digits, followed by "+" where files differed from it;
/// NULL where nobody said (`make` does, a bare `swift build` does not).
const char *build_stamp_commit(void);

#endif
