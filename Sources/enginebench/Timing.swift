#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a time is measured with.
enum Stopwatch {
  /// The wall's: what counts in the end.
  case wall
  /// The calling thread's processor time: tells little about waiting, but others on the machine
  /// disturb it less.
  case thread

  /// Seconds since some fixed moment.
  var now: Double {
    var time = timespec()
    clock_gettime(self == .wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds that `body` takes at best. Short bodies are repeated for a millisecond a trial.
  func bestTime(of trials: Int, _ body: () -> Void) -> Double {
    func seconds(_ repeats: Int) -> Double {
      let start = now
      for _ in 0..<repeats { body() }
      return now - start
    }
    let first = seconds(1)
    let repeats = max(1, min(1000, Int(1e-3 / max(first, 1e-9))))
    return (0..<trials).reduce(Double.infinity) { best, _ in
      min(best, seconds(repeats) / Double(repeats))
    }
  }
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  let scale = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
  let rounded = (value * scale).rounded()
  guard rounded.isFinite, abs(rounded) < 1e15 else { return "\(value)" }
  let digits = "\(Int(abs(rounded)))"
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = rounded < 0 ? "-" : ""
  guard decimals > 0 else { return sign + padded }
  return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// `text` in a column of a table.
func column(_ text: String, _ width: Int, left: Bool = false) -> String {
  let space = String(repeating: " ", count: max(0, width - text.count))
  return left ? text + space : space + text
}

/// The largest resident set that this process has had, in bytes.
func peakBytes() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  #endif
}
