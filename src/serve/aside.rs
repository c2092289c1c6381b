//! A future that rarely has news, beside one that often has: it is looked at only when it was woken itself.
//!
//! Whoever waits for several things at once is woken for all of them together, and asks each again. A connection is
//! woken by every request, its deadlines by hardly one: asking them each time costs more than the request's own
//! bookkeeping.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A future with a bell of its own.
#[derive(Debug)]
pub struct Aside<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    /// The same bell, as the future knows it.
    waker: Waker,
    /// The task that was told to the bell.
    task: Option<Waker>,
}

/// Remembers that it was rung, and passes it on.
#[derive(Debug)]
struct Bell {
    is_rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Before the task wakes up, so that it finds the bell rung.
        self.is_rung.store(true, Ordering::Release);
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }
}

impl<F> Aside<F> {
    /// Puts a future aside. It is looked at once in any case.
    pub fn new(future: F) -> Aside<F> {
        let bell = Arc::new(Bell { is_rung: AtomicBool::new(true), task: Mutex::new(None) });
        Aside { future: Box::pin(future), waker: Waker::from(Arc::clone(&bell)), bell, task: None }
    }

    /// The future, to be changed. It is looked at again afterwards.
    pub fn change(&mut self) -> Pin<&mut F> {
        self.bell.is_rung.store(true, Ordering::Release);
        self.future.as_mut()
    }

    /// The future, to be read.
    pub fn get(&self) -> &F {
        &self.future
    }
}

impl<F: Future> Future for Aside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        if !this.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            this.task = Some(cx.waker().clone());
            *this.bell.task.lock().unwrap_or_else(PoisonError::into_inner) = this.task.clone();
        }
        // Only looked at, and not changed, in the usual case.
        if !this.bell.is_rung.load(Ordering::Acquire) || !this.bell.is_rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        this.future.as_mut().poll(&mut Context::from_waker(&this.waker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use tokio::sync::Notify;
    use tokio::time::{advance, sleep, timeout};

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Counts how often a future is looked at.
    async fn counted<F: Future>(looks: &AtomicUsize, future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|cx| {
            looks.fetch_add(1, Ordering::SeqCst);
            future.as_mut().poll(cx)
        })
        .await
    }

    #[test]
    fn it_is_looked_at_once_and_then_only_when_it_rings() {
        let (news, looks) = (Notify::new(), AtomicUsize::new(0));
        let mut aside = Aside::new(counted(&looks, news.notified()));
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut look = |waker: &Waker| Pin::new(&mut aside).poll(&mut Context::from_waker(waker));
        for _ in 0..5 {
            assert_eq!(look(&waker), Poll::Pending);
        }
        assert_eq!((looks.load(Ordering::SeqCst), count.0.load(Ordering::SeqCst)), (1, 0));
        // Another task takes over without a look at the future, and is the one that hears of the news.
        let other = Arc::new(Count::default());
        let other_waker = Waker::from(Arc::clone(&other));
        assert_eq!(look(&other_waker), Poll::Pending);
        news.notify_waiters();
        assert_eq!((count.0.load(Ordering::SeqCst), other.0.load(Ordering::SeqCst)), (0, 1));
        assert_eq!(look(&other_waker), Poll::Ready(()));
        assert_eq!(looks.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_changed_is_looked_at_again() {
        let mut aside = Aside::new(sleep(Duration::from_secs(5)));
        assert!(timeout(Duration::from_secs(1), &mut aside).await.is_err(), "not yet");
        let later = aside.get().deadline() + Duration::from_secs(5);
        aside.change().reset(later);
        advance(Duration::from_secs(8)).await;
        assert!(timeout(Duration::from_millis(1), &mut aside).await.is_err(), "the deadline was moved on");
        assert!(timeout(Duration::from_secs(2), &mut aside).await.is_ok());
    }
}
