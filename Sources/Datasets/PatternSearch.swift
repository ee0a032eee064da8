import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Looks for a regular expression in texts, and gives up on one that never ends.
///
/// An expression such as `(a+)+b` takes twice as long with every letter more. Nobody can stop the
/// engine, but whoever waits for it can stop waiting: the thread that is left behind ends with the
/// process.
enum PatternSearch {
  /// Seconds of a processor after which the search in one text is given up.
  static let patience = 2.0

  /// Why there are no parts.
  enum Failure: Error {
    /// It is no regular expression; the engine's words.
    case invalid(String)
    /// The search in this text does not end.
    case endless(text: String)
  }

  private final class State: Sendable {
    let found = Mutex<Found>(Found())
    /// Counts what the searching thread has had of a processor; `nil` before it begins.
    let clock = Mutex<Clock?>(nil)
    let isDone = DispatchSemaphore(value: 0)
  }

  /// The clock of a thread, which may have worked for others before.
  private struct Clock {
    var id: clockid_t
    var start: Double
  }

  private struct Found {
    var parts: [String?] = []
    var failure: String?
  }

  /// Of each text the part that the expression captures: its first group, or the whole match where
  /// it has none; `nil` where there is no match or the part is empty.
  static func parts(of texts: [String], matching pattern: String) throws(Failure) -> [String?] {
    let state = State()
    DispatchQueue.global().async {
      state.clock.withLock { $0 = ownClock() }
      do {
        let regex = try Regex(pattern)
        for text in texts {
          let part = try part(of: text, regex)
          state.found.withLock { $0.parts.append(part) }
        }
      } catch {
        state.found.withLock { $0.failure = "\(error)" }
      }
      state.isDone.signal()
    }
    try wait(for: state, texts)
    let found = state.found.withLock(\.self)
    if let failure = found.failure { throw .invalid(failure) }
    return found.parts
  }

  private static func part(of text: String, _ regex: Regex<AnyRegexOutput>) throws -> String? {
    guard let match = try regex.firstMatch(in: text) else { return nil }
    let part = match.output.count > 1 ? match.output[1].substring : text[match.range]
    return part.flatMap { $0.isEmpty ? nil : String($0) }
  }

  /// Waits for the end, or until the thread has worked for ``patience`` on one text. A clock on the
  /// wall would also count the time in which others had the processor.
  private static func wait(for state: State, _ texts: [String]) throws(Failure) {
    var (count, since): (Int, Double?) = (0, nil)
    while state.isDone.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      guard let clock = state.clock.withLock(\.self) else { continue }
      let (now, time) = (state.found.withLock { $0.parts.count }, seconds(of: clock.id))
      if now > count {
        (count, since) = (now, time)
      } else if time - (since ?? clock.start) > patience, now < texts.count {
        throw .endless(text: texts[now])
      }
    }
  }

  private static func ownClock() -> Clock {
    var id = CLOCK_PROCESS_CPUTIME_ID
    #if canImport(Glibc)
      if pthread_getcpuclockid(pthread_self(), &id) != 0 { id = CLOCK_PROCESS_CPUTIME_ID }
    #endif
    return Clock(id: id, start: seconds(of: id))
  }

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
